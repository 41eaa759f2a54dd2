import { createTranslator, language } from "../shared/i18n";
import type en from "../shared/locales/analyst.en.json";
import type sharedEn from "../shared/locales/shared.en.json";

export const t = createTranslator<typeof en>("analyst");
export const shared = createTranslator<typeof sharedEn>("shared");

/** A number with at most `digits` decimals. */
export function decimal(n: number, digits = 1): string {
  return new Intl.NumberFormat(language.value, { maximumFractionDigits: digits }).format(n);
}

/** Seconds as words: 42 s, 3 min 5 s, 1 h 20 min; in Japanese 3分5秒. */
export function spell(seconds: number): string {
  const whole = Math.round(seconds);
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  if (h) return m ? t("span.hm", { h, m }) : t("span.h", { h });
  if (m) return s ? t("span.ms", { m, s }) : t("span.m", { m });
  return t("span.s", { s });
}

/** The reader's time zone in short, as it was on that day: GMT+9, CET. */
export function zoneName(at: string | Date): string {
  const parts = new Intl.DateTimeFormat(language.value, { timeZoneName: "short" }).formatToParts(new Date(at));
  return parts.find((part) => part.type === "timeZoneName")?.value ?? "UTC";
}

/** A day and a time with seconds, for "as of". */
export function moment(at: string): string {
  return new Intl.DateTimeFormat(language.value, { dateStyle: "medium", timeStyle: "medium" }).format(new Date(at));
}
