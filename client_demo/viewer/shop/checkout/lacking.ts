// What is lacking or wrong in the details, said at its field; the first such field gets the focus.

import type { RefusedError } from "../../../sdk";
import { byId } from "../../../shared/place";
import { ADDRESS, asked, details, type Field, type Reckoning, type TextField, wrong } from "./details";
import { t } from "./text";

export const idOf = (field: Field): string => `checkout-${field}`;

/** The fields in the order in which they stand. */
export const ORDER: readonly Field[] = ["name", "email", "phone", ...ADDRESS, "shipping", "voucher", "gift_note", "terms"];
/** What nobody has to write, or which country it is says whether they have to: that the server knows. */
const OPTIONAL: ReadonlySet<Field> = new Set<Field>(["phone", "postal_code", "region", "line2", "voucher", "gift_note"]);

function isAsked(field: Field, now: Reckoning): boolean {
  const ofAddress = ADDRESS.includes(field as TextField);
  if (ofAddress && !now.address_needed) return false;
  // Where parcels of Japan go is said by both.
  if (field === "postal_code" || field === "region") return details.peek().country === "JP";
  if (OPTIONAL.has(field)) return false;
  if (field === "terms") return now.terms !== null;
  return field !== "shipping" || now.methods.length > 0;
}

function isEmpty(field: Field): boolean {
  const now = details.peek();
  return field === "terms" ? !now.terms : !now[field].trim();
}

/** Returns whether something is lacking that anybody can see without asking the server, and says it. */
export function findWrong(now: Reckoning): boolean {
  const lacking = ORDER.filter((field) => isAsked(field, now) && isEmpty(field));
  const { email } = details.peek();
  const found: Field[] = email.trim() && !/^\S+@\S+$/.test(email.trim()) ? [...lacking, "email"] : lacking;
  if (found.length > 0) show(found);
  return found.length > 0;
}

/** Where nothing is sent to, it is the country that can be another. */
function fieldOf(place: string): Field {
  const field = place.split("/").at(-1) as Field;
  return field === "shipping" && asked()?.methods.length === 0 ? "country" : field;
}

/** Says what the server lacks or does not like, by its place in the body, such as `address/city`. Returns whether there is a field for it. */
export function sayWrong(places: readonly string[]): boolean {
  const fields = places.map(fieldOf).filter((each) => ORDER.includes(each));
  if (fields.length > 0) show(fields);
  return fields.length > 0;
}

/** Says a refusal at its field. Returns whether there is one. */
export function sayRefusal({ code, refusal }: RefusedError): boolean {
  const { at, lacks, why } = refusal as { at?: string; lacks?: readonly string[]; why?: string };
  if (code === "voucher_refused") {
    sayWrong(["voucher"]);
    wrong.value = new Map([...wrong.peek(), ["voucher", t.maybe(`checkout.voucher.${why}`) ?? t("checkout.wrong.voucher")]]);
    return true;
  }
  return code === "invalid" && sayWrong(lacks ?? (at ? [at] : []));
}

function show(fields: readonly Field[]): void {
  wrong.value = new Map(fields.map((field) => [field, textOf(field)]));
  const first = ORDER.find((field) => fields.includes(field));
  if (first) queueMicrotask(() => byId(idOf(first))?.focus());
}

function textOf(field: Field): string {
  const key = isEmpty(field) ? `checkout.lacks.${field}` : `checkout.wrong.${field}`;
  return t.maybe(key) ?? t(isEmpty(field) ? "checkout.lacks" : "checkout.wrong");
}
