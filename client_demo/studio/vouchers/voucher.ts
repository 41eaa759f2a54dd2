// A voucher as the server has it, and as its form has it. Pure.
import { asMinor, asTyped, asWhole } from "../amounts";
import type { Errors } from "../form";
import { asLocal, asMoment } from "../time";
import { t } from "./text";

export const VOUCHERS = "/studio/vouchers";
export const KINDS = ["percent", "amount", "free_shipping"] as const;
export const AUDIENCES = ["everyone", "returning", "repeat_buyers", "segment"] as const;
const CODE_LEAST = 3;
const CODE_MOST = 40;
const USES_MOST = 1_000_000;

export interface Voucher {
  id: string;
  code: string;
  kind: (typeof KINDS)[number];
  percent: number | null;
  amount: number | null;
  currency: string | null;
  minimum: number | null;
  products: readonly string[];
  audience: (typeof AUDIENCES)[number];
  segment: string | null;
  uses_max: number | null;
  once_per_person: boolean;
  starts_at: string | null;
  ends_at: string | null;
  uses_taken: number;
  uses_reserved: number;
  given: readonly { currency: string; items: number; shipping: number }[];
  version: number;
}

export interface VoucherText {
  code: string;
  kind: string;
  percent: string;
  amount: string;
  minimum: string;
  products: readonly string[];
  audience: string;
  segment: string;
  usesMax: string;
  once: boolean;
  startsAt: string;
  endsAt: string;
}

/** The server's names of fields that have another one in the form. */
export const NAMES = {
  uses_max: "usesMax",
  once_per_person: "once",
  starts_at: "startsAt",
  ends_at: "endsAt",
  currency: "amount",
} as const;

export const NEW: VoucherText = {
  code: "",
  kind: "percent",
  percent: "10",
  amount: "",
  minimum: "",
  products: [],
  audience: "everyone",
  segment: "",
  usesMax: "",
  once: true,
  startsAt: "",
  endsAt: "",
};

const typed = (value: number | null): string => (value === null ? "" : String(value));

/** A voucher as its form has it; `currency` is the channel's. */
export function asText(voucher: Voucher, currency: string, zone: string): VoucherText {
  const money = (minor: number | null): string => (minor === null ? "" : asTyped(minor, voucher.currency ?? currency));
  return {
    code: voucher.code,
    kind: voucher.kind,
    percent: typed(voucher.percent),
    amount: money(voucher.amount),
    minimum: money(voucher.minimum),
    products: voucher.products,
    audience: voucher.audience,
    segment: voucher.segment ?? "",
    usesMax: typed(voucher.uses_max),
    once: voucher.once_per_person,
    startsAt: asLocal(voucher.starts_at, zone),
    endsAt: asLocal(voucher.ends_at, zone),
  };
}

/** What is sent to the server; what is no number must not come here. */
export function bodyOf(form: VoucherText, currency: string, zone: string): object {
  const amount = form.kind === "amount" ? asMinor(form.amount, currency) : null;
  const minimum = form.minimum.trim() ? asMinor(form.minimum, currency) : null;
  return {
    code: form.code.trim(),
    kind: form.kind,
    percent: form.kind === "percent" ? asWhole(form.percent) : null,
    amount,
    minimum,
    currency: amount !== null || minimum !== null ? currency : null,
    products: form.products,
    audience: form.audience,
    segment: form.audience === "segment" ? form.segment : null,
    uses_max: form.usesMax.trim() ? asWhole(form.usesMax) : null,
    once_per_person: form.once,
    starts_at: asMoment(form.startsAt, zone),
    ends_at: asMoment(form.endsAt, zone),
  };
}

const isFrom = (value: number | null, least: number, most: number): boolean => value !== null && value >= least && value <= most;

export function check(form: VoucherText, currency: string): Errors<VoucherText> {
  const code = form.code.normalize("NFKC").replace(/\s/g, "");
  const money = (text: string): boolean => isFrom(asMinor(text, currency), 1, Number.MAX_SAFE_INTEGER);
  return {
    ...(!isFrom([...code].length, CODE_LEAST, CODE_MOST) && { code: t("wrong.code") }),
    ...(form.kind === "percent" && !isFrom(asWhole(form.percent), 1, 100) && { percent: t("wrong.percent") }),
    ...(form.kind === "amount" && !money(form.amount) && { amount: t("wrong.amount") }),
    ...(form.minimum.trim() && !money(form.minimum) && { minimum: t("wrong.amount") }),
    ...(form.audience === "segment" && !form.segment && { segment: t("wrong.segment") }),
    ...(form.usesMax.trim() && !isFrom(asWhole(form.usesMax), 1, USES_MOST) && { usesMax: t("wrong.uses") }),
    ...(form.startsAt && form.endsAt && form.endsAt <= form.startsAt && { endsAt: t("wrong.ends") }),
  };
}

/** Whether it holds at a moment, for whomever it is. */
export function standing({ starts_at, ends_at, uses_max, uses_taken, uses_reserved }: Voucher, now: number): string {
  if (ends_at && Date.parse(ends_at) <= now) return "over";
  if (starts_at && now < Date.parse(starts_at)) return "not_yet";
  return uses_max !== null && uses_taken + uses_reserved >= uses_max ? "used_up" : "holds";
}
