// A question as the address, the saved queries and `POST /v1/query` have it, and what may be asked together. Pure.
import type { QueryCatalogue } from "../report.generated";

export type Op = "eq" | "in" | "not" | "range" | "null";

export interface Filter {
  field: string;
  op: Op;
  value?: string | number;
  values?: (string | number)[];
  from?: string | number;
  to?: string | number;
  null?: boolean;
}

export type Period =
  | { type?: "days"; from?: string; to?: string }
  | { type: "last"; n: number; unit?: "day" | "week" | "month" | "show" }
  | { type: "shows"; shows: string[] };

export interface Question {
  metrics: string[];
  dimensions?: string[];
  filters?: Filter[];
  period?: Period;
  compare?: Period | { type: "before" };
  order?: { by: string; descending?: boolean }[];
  limit?: number;
  days?: number;
}

export const METRICS_MOST = 20;
export const DIMENSIONS_MOST = 4;
export const IN_TIME = ["day", "week", "month", "hour", "weekday"] as const;
const APART = ["product", "mode"];
const FIXED = ["day", "week", "month", "show"];

export const FIRST: Question = {
  metrics: ["viewers", "conversion_live", "gmv"],
  dimensions: ["week"],
  period: { type: "last", n: 90 },
};

/** A question from an address; null for what is none. The server has the last word on what is in it. */
export function readQuestion(text: string | null): Question | null {
  if (!text) return null;
  try {
    const found = JSON.parse(text) as Question;
    return Array.isArray(found.metrics) && found.metrics.length > 0 ? found : null;
  } catch {
    return null;
  }
}

/** The same question without what is empty: two that ask the same are written the same. */
export function written(question: Question): Question {
  const { metrics, dimensions, filters, period, compare, order, limit, days } = question;
  return {
    metrics,
    ...(dimensions?.length && { dimensions }),
    ...(filters?.length && { filters }),
    ...(period && { period }),
    ...(compare && { compare }),
    ...(order?.length && { order }),
    ...(limit && { limit }),
    ...(days && { days }),
  };
}

/** What a metric cannot be told apart, or filtered, by of what is asked for. */
export function clashes(catalogue: QueryCatalogue, metric: string, { dimensions = [], filters = [] }: Question): string[] {
  const known = catalogue.metrics.find((each) => each.key === metric);
  if (!known) return [];
  const asked = [...dimensions, ...filters.map((each) => each.field)];
  const counted = catalogue.fields.filter((each) => !each.dimension).map((each) => each.field);
  const wrong = asked.filter((each) => (counted.includes(each) ? known.grain === "shows" : !known.dimensions.includes(each)));
  return metric === "viewers_units" && !dimensions.includes("product") ? [...wrong, "product"] : wrong;
}

/** Adds or takes a dimension, and drops what does not go with it: metrics that cannot be told so, an order by what is gone. */
export function toggleDimension(catalogue: QueryCatalogue, question: Question, dimension: string): Question {
  const before = question.dimensions ?? [];
  const added = !before.includes(dimension);
  const others = APART.includes(dimension) ? before.filter((each) => !APART.includes(each)) : before;
  const dimensions = added ? [...others, dimension] : before.filter((each) => each !== dimension);
  return fitting(catalogue, { ...question, dimensions: dimensions.slice(-DIMENSIONS_MOST) });
}

export function toggleMetric(question: Question, metric: string): Question {
  const metrics = question.metrics.includes(metric)
    ? question.metrics.filter((each) => each !== metric)
    : [...question.metrics, metric].slice(-METRICS_MOST);
  return metrics.length ? dropOrder({ ...question, metrics }) : question;
}

function fitting(catalogue: QueryCatalogue, question: Question): Question {
  const kept = question.metrics.filter((each) => clashes(catalogue, each, question).length === 0);
  const first = catalogue.metrics.find((each) => clashes(catalogue, each.key, question).length === 0);
  const { compare, ...rest } = { ...question, metrics: kept.length || !first ? kept : [first.key] };
  const comparable = !rest.dimensions?.some((each) => FIXED.includes(each));
  return dropOrder(compare && comparable ? { ...rest, compare } : rest);
}

function dropOrder(question: Question): Question {
  const known = [...question.metrics, ...(question.dimensions ?? [])];
  const order = (question.order ?? []).filter((each) => known.includes(each.by));
  return { ...question, order };
}

/** Whether another period can stand beside: rows of a day have no fellow, shows no days before. */
export function mayCompare({ dimensions = [], period }: Question): boolean {
  const ofShows = period?.type === "shows" || (period?.type === "last" && period.unit === "show");
  return !ofShows && !dimensions.some((each) => FIXED.includes(each));
}

/** Sorts by a column: the greatest first, then the least first, then as usual. */
export function sortBy(question: Question, by: string): Question {
  const now = question.order?.[0];
  if (now?.by !== by) return { ...question, order: [{ by, descending: true }] };
  return { ...question, order: now.descending ? [{ by }] : [] };
}

/** Whether a filter has all that it needs: one that is being written is not yet asked. */
export function isWhole({ op, value, values, from, to }: Filter): boolean {
  if (op === "eq") return value !== undefined && value !== "";
  if (op === "in" || op === "not") return Boolean(values?.length);
  return op === "null" || from !== undefined || to !== undefined;
}

/** A filter with another operation, what was written kept as far as it fits. */
export function withOp(filter: Filter, op: Op): Filter {
  const first = filter.value ?? filter.values?.[0] ?? filter.from;
  const { field } = filter;
  if (op === "eq") return { field, op, ...(first !== undefined && { value: first }) };
  if (op === "in" || op === "not") return { field, op, values: filter.values ?? (first === undefined ? [] : [first]) };
  if (op === "null") return { field, op, null: true };
  return { field, op, ...(first !== undefined && { from: first }) };
}

/** The request for a shell; the token is the reader's to put in. */
export function asCurl(origin: string, question: Question): string {
  const body = JSON.stringify(question).replaceAll("'", "'\\''");
  return `curl -sS '${origin}/v1/query' \\\n  -H "Authorization: Bearer $SHOWFLOOR_KEY" \\\n  -H 'Content-Type: application/json' \\\n  -d '${body}'`;
}
