import { count } from "../../shared/format";
import { t } from "../people/text";
import type { Condition, Rule } from "./rule";

/** A rule as a sentence. */
export function sentence(rule: Rule): string {
  if ("metric" in rule) return conditionText(rule);
  const parts = "all" in rule ? rule.all : rule.any;
  const texts = parts.map((part) => ("metric" in part ? conditionText(part) : t("rule.group", { rule: sentence(part) })));
  return texts.join(t("all" in rule ? "rule.all.between" : "rule.any.between"));
}

function conditionText({ metric, op, value, days }: Condition): string {
  const text = t("rule.condition", { metric: metricName(metric), op: opName(op), value: valueName(value) });
  return days ? t("rule.recent", { condition: text, days: count(days) }) : text;
}

export function metricName(metric: string): string {
  return t.maybe(`of.${metric}`) ?? metric;
}

export function opName(op: string): string {
  return t.maybe(`op.${op}`) ?? op;
}

function valueName(value: Condition["value"]): string {
  if (typeof value === "number") return count(value);
  const words = typeof value === "string" ? [value] : value;
  return words.map(wordName).join(", ");
}

/** What a word of a rule is called: a segment's name, a device; a source is called what it is. */
export function wordName(word: string): string {
  return t.maybe(`group.${word}`) ?? word;
}
