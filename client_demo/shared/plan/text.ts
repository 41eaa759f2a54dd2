import { count, duration, money, percent } from "../format";
import { createTranslator, language } from "../i18n";
import type namesEn from "../locales/analyst_definitions.en.json";
import type en from "../locales/plan.en.json";
import type { Kind, Target } from "./told";

export const t = createTranslator<typeof en>("plan");
const names = createTranslator<typeof namesEn>("analyst_definitions");

/** What a metric is called: its name in the glossary. */
export function metricName(metric: string): string {
  return names.maybe(`name.${metric}`) ?? metric;
}

/** An amount as people read it; a dash where none is known. */
export function amountText(kind: Kind, amount: number | null | undefined, currency: string | null): string {
  if (amount === null || amount === undefined) return "–";
  switch (kind) {
    case "count":
      return count(Math.round(amount));
    case "share":
      return percent(amount);
    case "seconds":
      return duration(amount);
    case "score":
    case "decimal":
      return new Intl.NumberFormat(language.value, { maximumFractionDigits: 1 }).format(amount);
    case "money":
      return money(Math.round(amount), currency ?? "JPY");
  }
}

/** What was wished for, such as "at least 120". */
export function wishText({ kind, direction, amount, currency }: Target): string {
  return t(`wish.${direction}`, { amount: amountText(kind, amount, currency) });
}

/** How far an actual is from its target: of a share or a score by points. */
export function differenceText({ kind, difference, currency }: Target): string {
  if (difference === null) return "–";
  const sign = difference > 0 ? "+" : difference < 0 ? "−" : "±";
  const far = Math.abs(difference);
  if (kind !== "share" && kind !== "score") return sign + amountText(kind, far, currency);
  const points = new Intl.NumberFormat(language.value, { maximumFractionDigits: 1 }).format(kind === "share" ? far * 100 : far);
  return t("points", { n: sign + points });
}

/** A day such as 2026-11-26, which has no time. */
export function dayText(day: string): string {
  const format = new Intl.DateTimeFormat(language.value, { dateStyle: "medium", timeZone: "UTC" });
  return format.format(new Date(`${day}T00:00:00Z`));
}
