import type { HeldStock, Payment, PaymentState } from "../../../sdk";

/** How a hold stands for the person, its payments taken in. */
export type Standing =
  /** To be filled in and paid; `failed`: why the last try came to nothing; `returned`: its money came late and goes back. */
  | { is: "open"; failed: string | null; returned: Payment | null }
  /** The person has to go to their bank's page, or to wherever the provider takes payments. */
  | { is: "going"; payment: Payment }
  /** It can be paid at a shop's counter, or by an app, for a time. */
  | { is: "later"; payment: Payment; until: string }
  /** The provider is asked; nothing is to be done. */
  | { is: "waiting"; payment: Payment | null }
  | { is: "ordered"; order: string | null }
  | { is: "returning" | "returned"; payment: Payment }
  /** `sold_out`: others had paid first, and no money was taken. */
  | { is: "over"; how: "expired" | "released" | "sold_out" };

/** From the lowest to the highest: the states of a payment only rise. */
const RISING: readonly PaymentState[] = [
  "created",
  "pending",
  "authorized",
  "failed",
  "cancelled",
  "captured",
  "refunding",
  "refunded",
];
const OPEN: ReadonlySet<PaymentState> = new Set<PaymentState>(["created", "pending", "authorized"]);

export function isUnderWay(payment: Payment): boolean {
  return OPEN.has(payment.state) || payment.state === "refunding";
}

/** Of what was told twice of one payment, in whatever order, the later. */
export function laterOf(one: Payment | undefined, other: Payment): Payment {
  return one && RISING.indexOf(one.state) > RISING.indexOf(other.state) ? one : other;
}

/** Of what was told twice of one hold, the later: what has ended does not begin again. */
export function laterHold(one: HeldStock | undefined, other: HeldStock): HeldStock {
  return one && one.state !== "placed" && other.state === "placed" ? one : other;
}

/** Returns how a hold stands at the server's time `now`, in ms of the epoch; of its payments the newest is first. */
export function standingOf(hold: HeldStock, payments: readonly Payment[], now: number): Standing {
  const captured = payments.find((each) => each.state === "captured");
  if (captured || hold.state === "confirmed") return { is: "ordered", order: captured?.order ?? hold.order ?? null };
  const open = payments.find((each) => OPEN.has(each.state));
  if (open) return paidNow(open);
  const [newest] = payments;
  const returned = newest && (newest.state === "refunding" || newest.state === "refunded") ? newest : null;
  const missed = hold.why === "sold_out" || (newest?.state === "failed" && newest.why === "sold_out");
  if (missed && !returned) return { is: "over", how: "sold_out" };
  if (hold.state === "placed" && hold.paying && !returned) return { is: "waiting", payment: null };
  if (hold.state === "placed" && Date.parse(hold.expires_at) > now)
    return { is: "open", failed: newest?.state === "failed" ? (newest.why ?? "failed") : null, returned };
  if (returned) return { is: returned.state === "refunded" ? "returned" : "returning", payment: returned };
  return { is: "over", how: hold.state === "released" ? "released" : "expired" };
}

function paidNow(payment: Payment): Standing {
  if (payment.pay_by) return { is: "later", payment, until: payment.pay_by };
  return payment.redirect ? { is: "going", payment } : { is: "waiting", payment };
}
