// What the server says of the channel's account at Stripe, and the words of this area.
import { createTranslator } from "../../shared/i18n";
import type en from "../../shared/locales/studio_payments.en.json";
import type { Answer } from "../api";
import type { Errors, Version } from "../form";

export const t = createTranslator<typeof en>("studio_payments");

export const PATH = "/payment-account";
export const NAME_MOST = 100;
export const METHODS = ["card", "konbini", "paypay"] as const;
export type Method = (typeof METHODS)[number];
/** They take yen alone. */
const OF_JAPAN: readonly Method[] = ["konbini", "paypay"];

export interface Dispute {
  dispute: string;
  payment_intent: string;
  reason: string;
  state: string;
  amount: number;
  currency: string;
  opened_at: string;
  due_at: string | null;
}

export interface Account {
  provider: string;
  account: string;
  live: boolean;
  key_ends: string;
  webhook_secrets: number;
  methods: Method[];
  shown_as: string;
  webhook: string;
  events: string[];
  heard_at: string | null;
  refused_at: string | null;
  returns: boolean;
  earlier: { account: string; live: boolean; key_ends: string; unfinished: number }[];
  disputes: Dispute[];
}

export interface Wish extends Record<Method, boolean> {
  secret: string;
  webhook_secret: string;
  shown_as: string;
}

/** What buyers of a channel may be offered. */
export function methodsIn(currency: string): readonly Method[] {
  return METHODS.filter((each) => currency === "JPY" || !OF_JAPAN.includes(each));
}

/** What a form is filled with; `name`: the channel's, which stands on Stripe's page unless other words are set. */
export function versionOf({ value, etag }: Answer<Account>, name: string): Version<Wish> {
  const on = (method: Method): boolean => (value.provider ? value.methods.includes(method) : method === "card");
  return {
    values: {
      secret: "",
      webhook_secret: "",
      shown_as: value.shown_as || name,
      card: on("card"),
      konbini: on("konbini"),
      paypay: on("paypay"),
    },
    etag,
  };
}

export function bodyOf(wish: Wish, currency: string): object {
  const secret = wish.secret.trim();
  const webhook = wish.webhook_secret.trim();
  return {
    ...(secret && { secret }),
    ...(webhook && { webhook_secret: webhook }),
    methods: methodsIn(currency).filter((each) => wish[each]),
    shown_as: wish.shown_as.trim(),
  };
}

/** What is wrong with a wish, as far as a page can say; `isSet`: a key is kept already. */
export function wrongOf(wish: Wish, currency: string, isSet: boolean): Errors<Wish> {
  const wrong: Errors<Wish> = {};
  if (!wish.secret.trim() && !isSet) wrong.secret = t("missing");
  if (!wish.shown_as.trim()) wrong.shown_as = t("missing");
  if (!methodsIn(currency).some((each) => wish[each])) wrong.card = t("methods.none");
  return wrong;
}

/** Where Stripe shows a payment. */
export function atStripe({ payment_intent }: Dispute, live: boolean): string {
  return `https://dashboard.stripe.com/${live ? "" : "test/"}payments/${encodeURIComponent(payment_intent)}`;
}
