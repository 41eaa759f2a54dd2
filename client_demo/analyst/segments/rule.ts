// The rules of segments as this page edits them: conditions of which all, or one, has to hold. Pure; `server/stats/lifetime/segment_rules.py`
// is the grammar, which also takes conditions joined within joined ones: those are shown, and edited over HTTP alone.
export const NUMBERS = [
  "orders",
  "net_minor",
  "units",
  "shows",
  "watched_seconds",
  "views",
  "reactions",
  "clicks",
  "questions",
  "votes",
  "shares",
  "impressions",
] as const;
export const ELAPSED = [
  "days_since_last_seen",
  "days_since_first_seen",
  "days_since_last_order",
  "days_since_first_order",
  "recency",
  "frequency",
  "monetary",
] as const;
export const NAMES = ["lifecycle", "rfm_group", "nps_class", "source", "device"] as const;
export const METRICS = [...NUMBERS, ...ELAPSED, ...NAMES] as const;
export type Metric = (typeof METRICS)[number];

export const NUMBER_OPS = [">=", ">", "=", "!=", "<=", "<"] as const;
export const NAME_OPS = ["=", "!="] as const;
export type Op = (typeof NUMBER_OPS)[number];

export interface Condition {
  metric: Metric;
  op: Op | "in";
  value: number | string | string[];
  days?: number;
}
export type Joined = { all: Part[] } | { any: Part[] };
export type Part = Condition | Joined;
export type Rule = Part;

/** What the page edits. */
export interface Draft {
  join: "all" | "any";
  conditions: Condition[];
}

export const LIFECYCLES = ["new", "returning", "repeat_buyer", "lapsed"] as const;
export const RFM_GROUPS = ["champion", "loyal", "promising", "big_spender", "needs_attention", "at_risk", "hibernating"] as const;

export const FIRST: Condition = { metric: "orders", op: ">=", value: 2 };

export function isName(metric: string): boolean {
  return (NAMES as readonly string[]).includes(metric);
}

/** Whether only the last days of a metric can be asked for. */
export function mayBeRecent(metric: string): boolean {
  return (NUMBERS as readonly string[]).includes(metric);
}

/** The words that a metric can be; null: any word, or a number. */
export function wordsOf(metric: string): readonly string[] | null {
  if (metric === "lifecycle") return LIFECYCLES;
  return metric === "rfm_group"
    ? RFM_GROUPS
    : metric === "device"
      ? ["phone", "tablet", "desktop"]
      : metric === "nps_class"
        ? ["promoter", "passive", "detractor"]
        : null;
}

/** The same condition about another metric: what does not fit it any more begins anew. */
export function about(metric: Metric, { op, value, days }: Condition): Condition {
  const words = wordsOf(metric);
  if (isName(metric)) {
    const kept = typeof value === "string" && (!words || words.includes(value)) ? value : (words?.[0] ?? "");
    return { metric, op: op === "!=" ? "!=" : "=", value: kept };
  }
  const number = typeof value === "number" ? value : 1;
  const made: Condition = { metric, op: op === "in" ? ">=" : op, value: number };
  return days && mayBeRecent(metric) ? { ...made, days } : made;
}

function partsOf(rule: Joined): Part[] {
  return "all" in rule ? rule.all : rule.any;
}

/** A rule as the page edits it; null for one that is joined within. */
export function draftOf(rule: Rule): Draft | null {
  if ("metric" in rule) return rule.op === "in" ? null : { join: "all", conditions: [rule] };
  const conditions: Condition[] = [];
  for (const part of partsOf(rule)) {
    if (!("metric" in part) || part.op === "in") return null;
    conditions.push(part);
  }
  return { join: "all" in rule ? "all" : "any", conditions };
}

export function ruleOf({ join, conditions }: Draft): Rule {
  return join === "all" ? { all: conditions } : { any: conditions };
}

/** Whether the server would take it as far as this page can tell. */
export function isWhole({ conditions }: Draft): boolean {
  return (
    conditions.length > 0 && conditions.every(({ value }) => (typeof value === "number" ? Number.isInteger(value) : value !== ""))
  );
}

/** A draft from an address; null when there is none that can be read. */
export function readDraft(text: string | null): Draft | null {
  if (!text) return null;
  try {
    const rule: unknown = JSON.parse(text);
    const draft = isRule(rule) ? draftOf(rule) : null;
    return draft?.conditions.length ? draft : null;
  } catch {
    return null;
  }
}

function isRule(value: unknown): value is Rule {
  if (typeof value !== "object" || value === null) return false;
  const rule = value as Record<string, unknown>;
  for (const join of ["all", "any"]) if (Array.isArray(rule[join])) return (rule[join] as unknown[]).every(isRule);
  return (METRICS as readonly unknown[]).includes(rule["metric"]) && typeof rule["op"] === "string" && "value" in rule;
}
