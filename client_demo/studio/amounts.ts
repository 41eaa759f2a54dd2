// Money and numbers as people type them.
import { MINOR_DIGITS } from "../shared/currencies.generated";

/** Full-width digits and signs, as Japanese input methods write them, as plain ones; spaces and marks between thousands away. */
function plain(text: string): string {
  return text.normalize("NFKC").replace(/[\s,_'’]/g, "");
}

/** A whole number that is not negative; null: the text is none. */
export function asWhole(text: string): number | null {
  const found = plain(text);
  return /^\d{1,9}$/.test(found) ? Number(found) : null;
}

/** An amount such as `1,280` or `12.50` in minor units (yen, cents) of a currency; null: the text is none, or has more digits than that money. */
export function asMinor(text: string, currency: string): number | null {
  const digits = MINOR_DIGITS[currency] ?? 2;
  const found = /^(\d{1,12})(?:\.(\d*))?$/.exec(plain(text));
  const [, whole = "", part = ""] = found ?? [];
  if (!found || part.length > digits) return null;
  return Number(whole) * 10 ** digits + Number(part.padEnd(digits, "0") || "0");
}

/** Minor units as a person would type them: 1280 of JPY is `1280`, of USD `12.80`. */
export function asTyped(minor: number, currency: string): string {
  const digits = MINOR_DIGITS[currency] ?? 2;
  return digits === 0 ? String(minor) : (minor / 10 ** digits).toFixed(digits);
}
