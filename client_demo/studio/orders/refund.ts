// What the server says of an order's refunds, and what is asked of it.
import { make, read } from "../api";

export const REASONS = ["cancelled", "returned", "faulty", "goodwill", "other"] as const;
export type Reason = (typeof REASONS)[number];

export interface RefundedLine {
  line: number;
  quantity: number;
  amount: number;
  restock: boolean;
}

export interface Refund {
  refund: string;
  state: "asked" | "done" | "failed" | "bounced";
  origin: "merchant" | "provider";
  reason: Reason;
  note: string | null;
  amount: number;
  shipping: number;
  currency: string;
  lines: readonly RefundedLine[];
  by: string;
  asked_at: string;
  why: string | null;
}

/** What can still be given back, in minor units of `currency`. */
export interface Left {
  amount: number;
  shipping: number;
  currency: string;
  lines: readonly { line: number; quantity: number; left: number }[];
}

export interface Refunds {
  refunds: readonly Refund[];
  left: Left;
}

export interface Reckoning {
  amount: number;
  shipping: number;
  currency: string;
  cancels: boolean;
}

export interface Wish {
  reason: Reason;
  everything?: boolean;
  lines?: { line: number; quantity: number; restock: boolean }[];
  restock?: boolean;
  shipping?: number;
  amount?: number;
  note?: string;
}

const pathOf = (order: string): string => `/orders/${encodeURIComponent(order)}/refunds`;

export async function readRefunds(order: string): Promise<Refunds> {
  return (await read<Refunds>(pathOf(order))).value;
}

/** What a refund would come to; nothing changes by it. */
export async function reckon(order: string, wish: Wish): Promise<Reckoning> {
  return (await make<Reckoning>(`${pathOf(order)}/reckoning`, wish, null)).value;
}

/** Gives back, once however often it is sent. */
export async function giveBack(order: string, wish: Wish): Promise<Refund> {
  return (await make<Refund>(pathOf(order), wish)).value;
}
