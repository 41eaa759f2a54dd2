// From the details to a payment: one at a time for each hold, under one key until it is known what became of it.
import { signal } from "@preact/signals";
import type { Payment, RefusedError } from "../../../sdk";
import { money } from "../../../shared/format";
import { embedded } from "../../../shared/place";
import { request, resolve } from "../../../shared/server";
import { identity, room, show } from "../../session";
import { refusalText } from "../../text";
import { tokenStore } from "../../token_store";
import { asked, save } from "./details";
import { findWrong, sayRefusal, sayWrong } from "./lacking";
import { loadOwn, ownOf, takePayment } from "./own";
import { t } from "./text";
import { dropPayKey, takePayKey } from "./wishes";

/** By what one can pay here: in the provider's words, in the order in which they are offered. `live`: money moves. */
export interface PayMethods {
  live: boolean;
  methods: readonly { method: string; title: Readonly<Record<string, string>>; later: boolean }[];
}

/** Null: not known yet. */
export const payMethods = signal<PayMethods | null>(null);
export const payMethod = signal("");
export const paying = signal(false);
export const payProblem = signal<string | null>(null);

export async function loadPayMethods(): Promise<void> {
  if (payMethods.peek()) return;
  const path = `/shows/${encodeURIComponent(show.peek()?.id ?? "")}/payment-methods`;
  const found = await request<PayMethods>(path, { token: identity.peek()?.token });
  payMethods.value = found;
  payMethod.value = found.methods[0]?.method ?? "";
}

/** Whether the server knows all that it has to know, and reckons what stands on the page; says at the fields what is lacking. */
async function isComplete(hold: string): Promise<boolean> {
  const now = asked();
  if (!now) return true;
  if (findWrong(now)) return false;
  const found = await save(hold, now);
  if (!found.complete) sayWrong(found.lacks);
  else if (found.total === now.total) return true;
  else payProblem.value = t("checkout.total_changed", { amount: money(found.total, found.currency) });
  return false;
}

/** Pays for the hold, if all is there; a failed try changes nothing about its time. */
export async function pay(hold: string): Promise<void> {
  if (paying.peek()) return;
  paying.value = true;
  payProblem.value = null;
  try {
    if (await isComplete(hold)) await send(hold);
  } catch (error) {
    await hearRefusal(hold, error as RefusedError);
  } finally {
    paying.value = false;
  }
}

async function send(hold: string): Promise<void> {
  const method = payMethod.peek();
  const key = await takePayKey(hold, method);
  tokenStore.keepForOrder();
  const payment = await room().command("pay", { hold, key, ...(method && { method }) });
  hear(payment);
  if (payment.redirect && !payment.pay_by) goTo(payment.redirect);
}

function hear(payment: Payment): void {
  if (payment.state !== "created") dropPayKey(payment.hold);
  takePayment(payment);
}

/** Leaves for the bank's page; from within somebody else's page in a tab of its own, by a press. */
function goTo(address: string): void {
  if (!embedded && window.top === window) location.assign(resolve(address));
}

type PayRefusal = RefusedError["refusal"] & { current?: Payment; payer?: string };

async function hearRefusal(hold: string, error: RefusedError): Promise<void> {
  const { current, payer } = error.refusal as PayRefusal;
  switch (error.code) {
    case "conflict":
      // Another tab has begun to pay: this one goes on with that.
      dropPayKey(hold);
      if (current) takePayment(current);
      else await loadOwn();
      return;
    case "hold_ended":
      dropPayKey(hold);
      await loadOwn();
      if (ownOf(hold)?.standing.is === "open") payProblem.value = refusalText(error);
      return;
    case "invalid":
    case "voucher_refused":
      dropPayKey(hold);
      if (!sayRefusal(error)) payProblem.value = refusalText(error);
      return;
    case "sold_out":
      dropPayKey(hold);
      await loadOwn();
      if (ownOf(hold)?.standing.is === "open") payProblem.value = t("checkout.first_paid.gone");
      return;
    case "too_many":
      dropPayKey(hold);
      payProblem.value = t(payer ? "checkout.payer_limit" : "checkout.too_many");
      return;
    case "offline":
      dropPayKey(hold);
      payProblem.value = t("checkout.offline");
      return;
    case "unanswered":
    case "outcome_unknown":
    case "unavailable":
    case "internal":
      payProblem.value = t("checkout.pay_unanswered");
      await loadOwn();
      return;
    default:
      payProblem.value = refusalText(error);
  }
}

/** Ends a payment that is under way, so that it can be paid in another way; what has been paid stays paid. */
export async function stopPaying(payment: Payment): Promise<void> {
  takePayment(await room().command("pay.cancel", { payment: payment.payment }));
}
