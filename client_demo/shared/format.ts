import { MINOR_DIGITS } from "./currencies.generated";
import { language } from "./i18n";

/** Currencies whose sign no other one shown here has. All others are written with their code: a dollar may be one of twenty. */
const SIGNED: ReadonlySet<string> = new Set(["JPY", "EUR", "GBP", "KRW", "INR"]);

const made = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat | Intl.RelativeTimeFormat>();

function once<T extends Intl.NumberFormat | Intl.DateTimeFormat | Intl.RelativeTimeFormat>(
  key: string,
  make: (locale: string) => T,
): T {
  const locale = language.value;
  const name = `${locale} ${key}`;
  let format = made.get(name) as T | undefined;
  if (!format) {
    format = make(locale);
    made.set(name, format);
  }
  return format;
}

/** Money of `minor` units (yen, cents) of an ISO 4217 currency, as people write it. */
export function money(minor: number, currency: string): string {
  const digits = MINOR_DIGITS[currency] ?? 2;
  const format = once(
    `money ${currency}`,
    (locale) =>
      new Intl.NumberFormat(locale, {
        style: "currency",
        currency,
        currencyDisplay: SIGNED.has(currency) ? "narrowSymbol" : "code",
        minimumFractionDigits: digits,
        maximumFractionDigits: digits,
      }),
  );
  return format.format(minor / 10 ** digits);
}

/** A whole number with its thousands marked. */
export function count(n: number): string {
  return once("count", (locale) => new Intl.NumberFormat(locale)).format(n);
}

/** A number for a narrow place: 10,342 becomes 10K or 1万. */
export function shortCount(n: number): string {
  return once("short", (locale) => new Intl.NumberFormat(locale, { notation: "compact", maximumFractionDigits: 1 })).format(n);
}

/** A share from 0 to 1 as per cent with at most `digits` decimals. */
export function percent(share: number, digits = 1): string {
  return once(
    `percent ${digits}`,
    (locale) => new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: digits }),
  ).format(share);
}

/** A moment (RFC 3339) as day and time in the reader's time zone. */
export function dateTime(at: string | Date): string {
  return once("dateTime", (locale) => new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" })).format(
    new Date(at),
  );
}

/** A moment (RFC 3339) as time of day in the reader's time zone. */
export function timeOfDay(at: string | Date): string {
  return once("time", (locale) => new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" })).format(new Date(at));
}

/** A duration in ms until something, in the largest unit that fits: "in 3 days", "in 25 minutes". */
export function until(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000));
  const [unit, size] = UNITS.find(([, each]) => seconds >= each) ?? (["second", 1] as const);
  return once("until", (locale) => new Intl.RelativeTimeFormat(locale)).format(Math.round(seconds / size), unit);
}

const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
] as const;

/** Seconds as 1:02:03 or 2:03, the same in every language. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (n: number): string => String(n).padStart(2, "0");
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
