// What is wrong with a product's form before it is sent.
import { lengthOf } from "../../shared/writing";
import { asMinor, asWhole } from "../amounts";
import type { Errors } from "../form";
import { OPTIONS_MOST, VARIANTS_MOST, whole } from "./options";
import { type ProductText, type VariantText, variantsFor } from "./product";
import { t } from "./text";

export const TITLE_MOST = 200;
export const DESCRIPTION_MOST = 5000;
const EACH_MOST = 10_000;

export function check(form: ProductText, currency: string): Errors<ProductText> {
  const errors: Errors<ProductText> = {};
  if (!form.title.trim()) errors.title = t("wrong.title");
  else if (lengthOf(form.title) > TITLE_MOST) errors.title = t("wrong.long");
  if (lengthOf(form.description) > DESCRIPTION_MOST) errors.description = t("wrong.long");
  if (form.each.trim() && !isLimit(asWhole(form.each))) errors.each = t("wrong.each");
  const options = wrongOptions(form);
  if (options) return { ...errors, options };
  if (whole(form.options).length > 0) {
    const variants = variantsFor(form);
    const at = variants.findIndex((each) => wrongVariant(each, currency) !== null);
    const each = variants[at];
    if (each) errors.variants = `${each.values.join(" / ")}: ${wrongVariant(each, currency) ?? ""}`;
    return errors;
  }
  const price = asMinor(form.price, currency);
  if (price === null) errors.price = t("wrong.price");
  else if (wrongCompare(form.compareAt, price, currency)) errors.compareAt = t("wrong.compare");
  if (form.stock.trim() && asWhole(form.stock) === null) errors.stock = t("wrong.stock");
  return errors;
}

function isLimit(units: number | null): boolean {
  return units !== null && units >= 1 && units <= EACH_MOST;
}

function wrongCompare(text: string, price: number, currency: string): boolean {
  if (!text.trim()) return false;
  const compare = asMinor(text, currency);
  return compare === null || compare <= price;
}

/** What is wrong with a variant; null: nothing. */
export function wrongVariant(each: VariantText, currency: string): string | null {
  const price = asMinor(each.price, currency);
  if (price === null) return t("wrong.price");
  if (wrongCompare(each.compareAt, price, currency)) return t("wrong.compare");
  return !each.id && each.stock.trim() && asWhole(each.stock) === null ? t("wrong.stock") : null;
}

function wrongOptions(form: ProductText): string | null {
  const named = form.options.filter(({ name, values }) => name.trim() || values.trim());
  const options = whole(form.options);
  if (named.length > options.length) return t("wrong.option");
  if (options.length > OPTIONS_MOST) return t("wrong.options");
  if (new Set(options.map(({ name }) => name)).size < options.length) return t("wrong.same");
  const all = options.reduce((n, { values }) => n * values.length, 1);
  return all > VARIANTS_MOST ? t.count("wrong.many", VARIANTS_MOST) : null;
}
