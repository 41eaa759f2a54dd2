// Amounts of targets as people type them. Pure.
import { duration } from "../../shared/format";
import type { Kind } from "../../shared/plan/told";
import { asMinor, asTyped } from "../amounts";

/** What a person types for an amount: `45` for a share of 0.45, `3:20` for 200 s, `1280` or `12.80` for money. */
export function typedAmount(kind: Kind, amount: number, currency: string): string {
  switch (kind) {
    case "share":
      return String(Number((amount * 100).toFixed(2)));
    case "seconds":
      return duration(amount);
    case "money":
      return asTyped(Math.round(amount), currency);
    case "count":
      return String(Math.round(amount));
    case "score":
    case "decimal":
      return String(Number(amount.toFixed(1)));
  }
}

/** The amount that was typed; null: it is none that a target of this kind can have. */
export function readAmount(kind: Kind, typed: string, currency: string): number | null {
  const text = typed.normalize("NFKC").replace(/[\s,_'’%]/g, "");
  if (kind === "money") return asMinor(text, currency);
  if (kind === "seconds") return secondsIn(text);
  if (kind === "score") return scoreIn(text);
  if (!/^\d{1,9}(\.\d{1,4})?$/.test(text)) return null;
  const n = Number(text);
  if (kind === "share") return n <= 100 ? Number((n / 100).toFixed(6)) : null;
  return kind === "count" && !Number.isInteger(n) ? null : n;
}

/** A score from -100 to 100; the minus may be any that keyboards have. */
function scoreIn(text: string): number | null {
  const plain = text.replace(/^[−–ー]/, "-");
  return /^[+-]?\d{1,3}(\.\d{1,4})?$/.test(plain) && Math.abs(Number(plain)) <= 100 ? Number(plain) : null;
}

/** Seconds, written as `200`, `3:20` or `1:03:20`. */
function secondsIn(text: string): number | null {
  if (!/^\d{1,6}(:[0-5]?\d){0,2}$/.test(text)) return null;
  return text.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
}
