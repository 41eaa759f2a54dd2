// The words of the pages about a channel's people over its shows, and how their days, figures and intervals are written.
import { count, percent } from "../../shared/format";
import { createTranslator, language } from "../../shared/i18n";
import type en from "../../shared/locales/analyst_people.en.json";

export const t = createTranslator<typeof en>("analyst_people");

export const NOTHING = "–";

export type Interval = "day" | "week" | "month";

/** A day without a time (2026-01-05), which is the channel's whatever the reader's zone. */
export function day(date: string, style: Intl.DateTimeFormatOptions = { dateStyle: "medium" }): string {
  return new Intl.DateTimeFormat(language.value, { timeZone: "UTC", ...style }).format(new Date(`${date}T00:00:00Z`));
}

/** What a cohort is called: its day, the Monday of its week, its month. */
export function cohortName(start: string, interval: Interval): string {
  return interval === "month" ? day(start, { year: "numeric", month: "short" }) : day(start);
}

/** How far from a cohort's own interval: the same week, 1 week later, … */
export function ageName(age: number, interval: Interval): string {
  return age === 0 ? t(`age.${interval}.same`) : t.count(`age.${interval}`, age);
}

export function share(value: number | null, digits = 1): string {
  return value === null ? NOTHING : percent(value, digits);
}

/** The 95 % interval of a share. */
export function bounds(interval: { low: number; high: number } | null): string {
  return interval ? t("bounds", { low: percent(interval.low), high: percent(interval.high) }) : "";
}

/** 14.8 % (61 of 412). */
export function ratio(part: number, whole: number): string {
  return whole ? t("ratio", { share: percent(part / whole), part: count(part), whole: count(whole) }) : NOTHING;
}
