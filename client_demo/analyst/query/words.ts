// How the cells of an answer are called.
import { day } from "../people/text";
import type { QueryAnswer } from "../report.generated";
import type { Filter } from "./question";
import { t } from "./text";

/** What a value of a dimension is called. */
export function valueName(dimension: string, value: string | number | null | undefined, names: QueryAnswer["names"]): string {
  if (value === null || value === undefined) return t("unknown");
  const text = String(value);
  switch (dimension) {
    case "day":
      return day(text);
    case "week":
      return t("week_of", { day: day(text) });
    case "month":
      return day(`${text}-01`, { year: "numeric", month: "short" });
    case "hour":
      return t("hour_of", { hour: text });
    case "weekday":
      return day(`2024-01-0${text}`, { weekday: "long" }); // 1 January 2024 was a Monday
    default:
      return names[text] ?? t.maybe(`word.${text}`) ?? text;
  }
}

export function rowName(answer: QueryAnswer, values: QueryAnswer["rows"][number]["values"]): string {
  return answer.dimensions.map((each) => valueName(each, values[each], answer.names)).join(" · ");
}

/** A condition as words: "Device is Phone". */
export function filterText({ field, op, value, values, from, to, null: unknown }: Filter, names: QueryAnswer["names"]): string {
  const named = (each: string | number | undefined): string => (each === undefined ? "…" : valueName(field, each, names));
  const about = t.maybe(`field.${field}`) ?? field;
  if (op === "null") return t("condition", { field: about, op: "", value: unknown === false ? t("op.known") : t("op.unknown") });
  const text =
    op === "eq" ? named(value) : op === "range" ? `${named(from)} – ${named(to)}` : (values ?? []).map(named).join(", ");
  return t("condition", { field: about, op: t(`op.${op}`), value: text });
}
