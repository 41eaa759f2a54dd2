// How a channel sells by its checkout, as the server has it, and as its form has it. Pure.
import { asMinor, asTyped, asWhole } from "../amounts";
import type { Errors } from "../form";
import { t } from "./text";

export const WAYS = ["one_step", "checkout", "first_paid"] as const;
export const METHODS_MOST = 20;
const DAYS_MOST = 365;

interface Words {
  en?: string;
  ja?: string;
}

interface Method {
  id: string;
  title: Words;
  price: number;
  free_from: number | null;
  countries: readonly string[];
  days: number | null;
}

export interface CheckoutSettings {
  buying: (typeof WAYS)[number];
  address_needed: boolean;
  methods: readonly Method[];
  tax_percent: number;
  tax_name: Words;
  terms_text: Words;
  terms_url: string;
  version: number;
}

/** A way of shipping in the form; without an `id` it is new. */
export interface MethodText {
  id?: string;
  en: string;
  ja: string;
  price: string;
  freeFrom: string;
  /** Codes of countries with commas between them; empty: anywhere. */
  countries: string;
  days: string;
}

export interface CheckoutText {
  buying: string;
  addressNeeded: boolean;
  methods: readonly MethodText[];
  tax: string;
  taxEn: string;
  taxJa: string;
  termsEn: string;
  termsJa: string;
  termsUrl: string;
}

export const NEW_METHOD: MethodText = { en: "", ja: "", price: "", freeFrom: "", countries: "", days: "" };

export const NAMES = {
  address_needed: "addressNeeded",
  tax_percent: "tax",
  terms_url: "termsUrl",
  terms_text: "termsEn",
  tax_name: "taxEn",
} as const;

export function asText(settings: CheckoutSettings, currency: string): CheckoutText {
  const typed = (minor: number | null): string => (minor === null ? "" : asTyped(minor, currency));
  return {
    buying: settings.buying,
    addressNeeded: settings.address_needed,
    methods: settings.methods.map((each) => ({
      id: each.id,
      en: each.title.en ?? "",
      ja: each.title.ja ?? "",
      price: typed(each.price),
      freeFrom: typed(each.free_from),
      countries: each.countries.join(", "),
      days: each.days === null ? "" : String(each.days),
    })),
    tax: settings.tax_percent ? String(settings.tax_percent) : "",
    taxEn: settings.tax_name.en ?? "",
    taxJa: settings.tax_name.ja ?? "",
    termsEn: settings.terms_text.en ?? "",
    termsJa: settings.terms_text.ja ?? "",
    termsUrl: settings.terms_url,
  };
}

/** What is sent: all of it. Money and numbers that are none must not come here. */
export function bodyOf(form: CheckoutText, currency: string): object {
  return {
    buying: form.buying,
    address_needed: form.addressNeeded,
    methods: form.methods.map((each) => ({
      ...(each.id && { id: each.id }),
      title: { en: each.en.trim(), ja: each.ja.trim() },
      price: asMinor(each.price, currency) ?? 0,
      free_from: each.freeFrom.trim() ? asMinor(each.freeFrom, currency) : null,
      countries: countriesOf(each.countries),
      days: each.days.trim() ? asWhole(each.days) : null,
    })),
    tax_percent: percentOf(form.tax) ?? 0,
    tax_name: { en: form.taxEn.trim(), ja: form.taxJa.trim() },
    terms_text: { en: form.termsEn.trim(), ja: form.termsJa.trim() },
    terms_url: form.termsUrl.trim(),
  };
}

export function check(form: CheckoutText, currency: string): Errors<CheckoutText> {
  const errors: Errors<CheckoutText> = {};
  const at = firstWrong(form.methods, currency);
  const method = form.methods[at];
  if (method) errors.methods = t("wrong.method", { n: at + 1, why: wrongMethod(method, currency) ?? "" });
  if (percentOf(form.tax) === null) errors.tax = t("wrong.tax");
  if (form.termsUrl.trim() && !/^https?:\/\/\S+$/.test(form.termsUrl.trim())) errors.termsUrl = t("wrong.url");
  return errors;
}

/** The place of the first method that cannot be; -1: there is none. */
export function firstWrong(methods: readonly MethodText[], currency: string): number {
  return methods.findIndex((each) => wrongMethod(each, currency) !== null);
}

function wrongMethod(method: MethodText, currency: string): string | null {
  if (!(method.en.trim() || method.ja.trim())) return t("wrong.title");
  if (asMinor(method.price, currency) === null) return t("wrong.price");
  if (method.freeFrom.trim() && asMinor(method.freeFrom, currency) === null) return t("wrong.free");
  if (countriesOf(method.countries).some((each) => !/^[A-Z]{2}$/.test(each))) return t("wrong.countries");
  const days = method.days.trim() ? asWhole(method.days) : 0;
  return days === null || days > DAYS_MOST ? t("wrong.days") : null;
}

function countriesOf(typed: string): string[] {
  const codes = typed
    .normalize("NFKC")
    .toUpperCase()
    .split(/[\s,、]+/);
  return codes.filter(Boolean);
}

/** A rate of 0 to 100 with at most three decimals; null: the text is none. */
function percentOf(typed: string): number | null {
  const plain = typed.normalize("NFKC").trim();
  if (!plain) return 0;
  return /^\d{1,3}(\.\d{1,3})?$/.test(plain) && Number(plain) <= 100 ? Number(plain) : null;
}
