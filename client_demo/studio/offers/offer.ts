// An offer as the server has it, and as its form has it. Pure.
import { asMinor, asTyped, asWhole } from "../amounts";
import type { Errors } from "../form";
import { asLocal, asMoment } from "../time";
import { t } from "./text";

export const AUDIENCES = ["everyone", "returning", "repeat_buyers", "segment", "code"] as const;
const MINUTES_MOST = 24 * 60;
const EACH_MOST = 99;
const CODE_LEAST = 4;
const CODE_MOST = 40;

export interface Offer {
  id: string;
  product: string;
  price: number;
  currency: string;
  units_max: number | null;
  per_viewer_max: number | null;
  audience: (typeof AUDIENCES)[number];
  segment: string | null;
  starts_at: string | null;
  seconds: number | null;
  state: "prepared" | "open" | "closed";
  start_refused: string | null;
  left: number | null;
  sold: number;
  held: number;
  amount: number;
  version: number;
}

export interface OfferText {
  product: string;
  price: string;
  units: string;
  each: string;
  audience: string;
  segment: string;
  code: string;
  startsAt: string;
  minutes: string;
}

/** The server's names of fields that have another one in the form. */
export const NAMES = { units_max: "units", per_viewer_max: "each", starts_at: "startsAt", seconds: "minutes" } as const;

export const NEW: OfferText = {
  product: "",
  price: "",
  units: "",
  each: "",
  audience: "everyone",
  segment: "",
  code: "",
  startsAt: "",
  minutes: "5",
};

const typed = (value: number | null): string => (value === null ? "" : String(value));

export function asText(offer: Offer, zone: string): OfferText {
  return {
    product: offer.product,
    price: asTyped(offer.price, offer.currency),
    units: typed(offer.units_max),
    each: typed(offer.per_viewer_max),
    audience: offer.audience,
    segment: offer.segment ?? "",
    code: "",
    startsAt: asLocal(offer.starts_at, zone),
    minutes: offer.seconds === null ? "" : String(Math.max(1, Math.round(offer.seconds / 60))),
  };
}

/** What is sent to the server; what is no number must not come here. `before`: an offer whose time is in seconds keeps them. */
export function bodyOf(form: OfferText, currency: string, zone: string, before: Offer | null): object {
  const whole = (text: string): number | null => (text.trim() ? asWhole(text) : null);
  const minutes = whole(form.minutes);
  const same = before && asText(before, zone).minutes === form.minutes;
  return {
    product: form.product,
    price: asMinor(form.price, currency),
    units_max: whole(form.units),
    per_viewer_max: whole(form.each),
    audience: form.audience,
    ...(form.audience === "segment" && { segment: form.segment }),
    ...(form.audience === "code" && form.code.trim() && { code: form.code.trim() }),
    starts_at: asMoment(form.startsAt, zone),
    seconds: same ? before.seconds : minutes === null ? null : minutes * 60,
  };
}

const isFrom = (value: number | null, least: number, most: number): boolean => value !== null && value >= least && value <= most;

/** `coded`: the offer has a code already, which stays unless another one is typed. */
export function check(form: OfferText, currency: string, coded: boolean): Errors<OfferText> {
  const code = [...form.code.normalize("NFKC").replace(/\s/g, "")].length;
  const needsCode = form.audience === "code" && (code > 0 || !coded);
  return {
    ...(!form.product && { product: t("wrong.product") }),
    ...(!isFrom(asMinor(form.price, currency), 1, Number.MAX_SAFE_INTEGER) && { price: t("wrong.price") }),
    ...(form.units.trim() && !isFrom(asWhole(form.units), 1, 999_999_999) && { units: t("wrong.units") }),
    ...(form.each.trim() && !isFrom(asWhole(form.each), 1, EACH_MOST) && { each: t("wrong.each") }),
    ...(form.audience === "segment" && !form.segment && { segment: t("wrong.segment") }),
    ...(needsCode && !isFrom(code, CODE_LEAST, CODE_MOST) && { code: t("wrong.code") }),
    ...(form.minutes.trim() && !isFrom(asWhole(form.minutes), 1, MINUTES_MOST) && { minutes: t("wrong.minutes") }),
  };
}
