// What somebody has filled in, as the wish that is sent. Pure.
import type { Left, Reason, Wish } from "./refund";

export const WAYS = ["everything", "lines", "amount"] as const;
export type Way = (typeof WAYS)[number];

export interface Filled {
  way: Way;
  reason: Reason;
  /** Units by line. */
  units: ReadonlyMap<number, number>;
  restock: boolean;
  /** Of the shipping, of lines; null: what was typed is no amount. */
  shipping: number | null;
  /** Alone; null: what was typed is no amount. */
  amount: number | null;
  note: string;
}

/** The wish; null while something is missing. */
export function wishOf(filled: Filled, left: Left): Wish | null {
  const { way, reason, restock, shipping, amount } = filled;
  const note = filled.note.trim() ? { note: filled.note.trim() } : {};
  if (way === "everything") return { reason, everything: true, restock, ...note };
  if (way === "amount") return amount !== null && amount > 0 && amount <= left.amount ? { reason, amount, ...note } : null;
  const lines = left.lines
    .map(({ line }) => ({ line, quantity: filled.units.get(line) ?? 0, restock }))
    .filter(({ quantity }) => quantity > 0);
  if (shipping === null || shipping > left.shipping || (lines.length === 0 && shipping === 0)) return null;
  return { reason, lines, ...(shipping > 0 && { shipping }), ...note };
}
