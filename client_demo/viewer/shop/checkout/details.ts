// Who buys and where it goes: kept in this tab while it is written, sent to the server with every change that may change the price, and whole
// before the payment. The server reckons; the page only shows what it says.
import { computed, signal } from "@preact/signals";
import { RefusedError } from "../../../sdk";
import { draftOf, keepDraft } from "../../../shared/drafts";
import { language } from "../../../shared/i18n";
import { request } from "../../../shared/server";
import { identity, show } from "../../session";

export type TextField =
  | "name"
  | "email"
  | "phone"
  | "country"
  | "postal_code"
  | "region"
  | "city"
  | "line1"
  | "line2"
  | "shipping"
  | "voucher"
  | "gift_note";
export type Details = Record<TextField, string> & { terms: boolean; keep: boolean };

export const ADDRESS: readonly TextField[] = ["country", "postal_code", "region", "city", "line1", "line2"];
export type Field = TextField | "terms";

/** A way in which it can be sent, at what that costs for this hold. */
export interface Shipping {
  id: string;
  title: string;
  price: number;
  days: number | null;
}

interface Contact {
  name: string;
  email: string;
  phone: string;
  address: Partial<Record<TextField, string>>;
}

/** What the server says that it costs, and what it still has to know; money in minor units of `currency`. */
export interface Reckoning {
  items: number;
  discount: number;
  shipping: number;
  tax: number;
  tax_name: string;
  tax_percent: number;
  total: number;
  currency: string;
  /** Whether the hold can be paid only with all of this. */
  needed: boolean;
  complete: boolean;
  frozen: boolean;
  /** By their places, such as `address/city`. */
  lacks: readonly string[];
  address_needed: boolean;
  methods: readonly Shipping[];
  /** Null: there is nothing to agree to. */
  terms: { text: string; url: string } | null;
  filled: Contact & { shipping: string; terms: boolean; gift_note: string; voucher: string };
  voucher: string | null;
  may_keep: boolean;
  /** From the last time. */
  kept: Contact | null;
}

const NOTHING: Details = {
  name: "",
  email: "",
  phone: "",
  country: "",
  postal_code: "",
  region: "",
  city: "",
  line1: "",
  line2: "",
  shipping: "",
  voucher: "",
  gift_note: "",
  terms: false,
  keep: false,
};

/** Of the hold in the sheet; null: not known yet, `none`: this channel asks for nothing but the money. */
export const reckoning = signal<Reckoning | "none" | null>(null);
/** Which hold that was said of: while one is exchanged, what stands there is of the one before. */
export const reckonedOf = signal("");
export const wrong = signal<ReadonlyMap<Field, string>>(new Map());
const about = signal("");

const placeOf = (hold: string): string => `checkout.${hold}`;

export const details = computed<Details>(() => {
  try {
    return { ...NOTHING, ...(JSON.parse(draftOf(placeOf(about.value)) || "{}") as Partial<Details>) };
  } catch {
    return NOTHING;
  }
});

/** What the server said of the hold in the sheet, where it asks for more than the money. */
export function asked(): Reckoning | null {
  const now = reckoning.value;
  return now === "none" ? null : now;
}

function keep(change: Partial<Details>): void {
  keepDraft(placeOf(about.peek()), JSON.stringify({ ...details.peek(), ...change }));
}

/** The person writes; what was wrong with the field is not said any more. */
export function write(change: Partial<Details>): void {
  keep(change);
  const left = new Map(wrong.peek());
  for (const field of Object.keys(change)) left.delete(field as Field);
  wrong.value = left;
}

/** What was written for a hold that was exchanged goes along to the one in its place. */
export function carryDetails(from: string, to: string): void {
  if (draftOf(placeOf(from)) && !draftOf(placeOf(to))) keepDraft(placeOf(to), draftOf(placeOf(from)));
}

/** What was written for a hold that is over is not kept. */
export function forgetDetails(hold: string): void {
  keepDraft(placeOf(hold), "");
}

function pathOf(hold: string): string {
  return `/shows/${encodeURIComponent(show.peek()?.id ?? "")}/holds/${encodeURIComponent(hold)}/checkout`;
}

function take(hold: string, found: Reckoning | "none"): void {
  if (about.peek() !== hold) return;
  // What was not chosen, or does not go there, the server has chosen: what it reckons with is what stands there as chosen.
  if (found !== "none" && details.peek().shipping !== found.filled.shipping) keep({ shipping: found.filled.shipping });
  reckoning.value = found !== "none" && found.needed ? found : "none";
  reckonedOf.value = hold;
}

/** Whether the server reckons with another place, or another way to send it, than stand in the fields. */
function isReckonedOtherwise({ address_needed, frozen, filled, needed }: Reckoning): boolean {
  const { country, shipping } = details.peek();
  const other = country !== filled.address.country || (shipping !== "" && shipping !== filled.shipping);
  return needed && address_needed && !frozen && other;
}

/**
 * Asks what the hold costs and what has to be known, and fills in what is known of the last time. In the place of one that it `exchanges`
 * what is written stays where it is.
 */
export async function openDetails(hold: string, exchanges?: string): Promise<void> {
  if (about.peek() === hold && reckonedOf.peek() === hold) return;
  if (!exchanges || about.peek() !== exchanges) {
    reckoning.value = null;
    wrong.value = new Map();
  }
  about.value = hold;
  const token = identity.peek()?.token;
  try {
    const found = await request<Reckoning>(pathOf(hold), { token });
    if (about.peek() !== hold) return;
    if (!draftOf(placeOf(hold))) keep(startWith(found));
    if (isReckonedOtherwise(found)) await save(hold, found).catch(() => take(hold, found));
    else take(hold, found);
  } catch (error) {
    if (error instanceof RefusedError && error.code === "not_found") take(hold, "none");
    else throw error;
  }
}

/** What stands in the fields at first: what was filled in before, elsewhere, or kept from the last time. */
function startWith({ filled, kept }: Reckoning): Partial<Details> {
  const { name, email, phone, address } = filled.name || filled.email || !kept ? filled : kept;
  const country = address.country || (language.peek() === "ja" ? "JP" : (new Intl.Locale(navigator.language).region ?? "JP"));
  const { shipping, terms, gift_note, voucher } = filled;
  return { ...address, ...{ name, email, phone, country, shipping, terms, gift_note, voucher, keep: kept !== null } };
}

function bodyOf(now: Details, { address_needed, may_keep }: Reckoning): object {
  const { name, email, phone, shipping, voucher, gift_note, terms } = now;
  const address = Object.fromEntries(ADDRESS.map((field) => [field, now[field]]));
  return {
    ...{ name, email, phone, shipping, voucher, gift_note, terms, language: language.peek() },
    ...(address_needed && { address }),
    ...(may_keep && { keep: now.keep }),
  };
}

let sending: Promise<unknown> = Promise.resolve();
let sent = 0;
/** Whether the server is being told what stands in the fields: the sum may be another in a moment. */
export const saving = signal(false);

/** Sends what stands in the fields, behind whatever was sent before; of several the last answer is shown. Throws `RefusedError`. */
export function save(hold: string, now: Reckoning): Promise<Reckoning> {
  const send = (): Promise<Reckoning> =>
    request<Reckoning>(pathOf(hold), { method: "PUT", token: identity.peek()?.token, body: bodyOf(details.peek(), now) });
  const saved = sending.then(send, send);
  const nth = ++sent;
  saving.value = true;
  sending = saved
    .catch(() => undefined)
    .then(() => {
      if (nth === sent) saving.value = false;
    });
  return saved.then((found) => {
    if (nth === sent) take(hold, found);
    return found;
  });
}
