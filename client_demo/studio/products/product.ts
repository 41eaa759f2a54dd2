// A product as the server has it, and as its form has it. Pure.
import { asMinor, asTyped, asWhole } from "../amounts";
import { combinations, type OptionText, whole } from "./options";

export const BUYING = ["one_step", "checkout", "first_paid"] as const;
type Buying = (typeof BUYING)[number];

export interface Variant {
  id: string;
  title: string;
  options: Readonly<Record<string, string>>;
  price: number;
  compare_at: number | null;
  stock: number;
  sku: string | null;
  image: string;
  image_alt: string;
  active: boolean;
}

export interface Product {
  id: string;
  title: string;
  description: string;
  price: number;
  compare_at: number | null;
  currency: string;
  stock: number;
  sold: number;
  sku: string | null;
  external_id: string | null;
  image: string;
  images: readonly string[];
  /** By address what a picture shows; only those that say it. */
  image_alts: Readonly<Record<string, string>>;
  options: readonly string[];
  variants: readonly Variant[];
  active: boolean;
  /** Units that one viewer may buy of it in a show; null: as the settings say. */
  per_viewer_max: number | null;
  /** How it is bought; null: as the channel says. */
  buying: Buying | null;
  version: number;
}

/** A variant in the form; without an `id` it is new, and `stock` is what it begins with. */
export interface VariantText {
  id?: string;
  values: readonly string[];
  price: string;
  compareAt: string;
  sku: string;
  stock: string;
  image: string;
  imageAlt: string;
  active: boolean;
}

export interface ProductText {
  title: string;
  description: string;
  price: string;
  compareAt: string;
  sku: string;
  externalId: string;
  /** The limit per viewer; empty: the usual one. */
  each: string;
  /** Empty: as the channel says. */
  buying: string;
  /** Of a new product. */
  stock: string;
  images: readonly string[];
  /** By address; also of pictures that were taken away, which may come back. */
  alts: Readonly<Record<string, string>>;
  options: readonly OptionText[];
  variants: readonly VariantText[];
}

export const NEW: ProductText = {
  title: "",
  description: "",
  price: "",
  compareAt: "",
  sku: "",
  externalId: "",
  each: "",
  buying: "",
  stock: "",
  images: [],
  alts: {},
  options: [],
  variants: [],
};

/** What is sold of a product: its variants on sale, or itself. */
export function soldOf(product: Product): readonly (Product | Variant)[] {
  return product.options.length > 0 ? product.variants.filter(({ active }) => active) : [product];
}

/** Units left of all that is sold. */
export function stockOf(product: Product): number {
  return soldOf(product).reduce((all, { stock }) => all + stock, 0);
}

/** A product as its form has it; variants that are archived because their options are others now are left out. */
export function asText(product: Product): ProductText {
  const { currency, options } = product;
  const typed = (minor: number | null): string => (minor === null ? "" : asTyped(minor, currency));
  const variants = product.variants.filter((each) => options.every((name) => name in each.options));
  const shown = options.map((name) => new Set(variants.filter((each) => each.active).map((each) => each.options[name] ?? "")));
  return {
    title: product.title,
    description: product.description,
    price: typed(product.price),
    compareAt: typed(product.compare_at),
    sku: product.sku ?? "",
    externalId: product.external_id ?? "",
    each: product.per_viewer_max === null ? "" : String(product.per_viewer_max),
    buying: product.buying ?? "",
    stock: "",
    images: product.images,
    alts: product.image_alts,
    options: options.map((name, at) => ({ name, values: [...(shown[at] ?? [])].join(", ") })),
    variants: variants.map((each) => ({
      id: each.id,
      values: options.map((name) => each.options[name] ?? ""),
      price: typed(each.price),
      compareAt: typed(each.compare_at),
      sku: each.sku ?? "",
      stock: String(each.stock),
      image: each.image,
      imageAlt: each.image_alt,
      // One whose value is not among the options is seen again only if that is typed in again: then it is to be sold.
      active: each.active || options.some((name, at) => !shown[at]?.has(each.options[name] ?? "")),
    })),
  };
}

/** The variants that follow from the options: those that are there as they are, and new ones at the product's price. */
export function variantsFor(form: Pick<ProductText, "options" | "variants" | "price">): VariantText[] {
  const options = whole(form.options);
  const known = new Map(form.variants.map((each) => [keyOf(each.values), each]));
  return combinations(options).map(
    (values) =>
      known.get(keyOf(values)) ?? {
        values,
        price: form.price,
        compareAt: "",
        sku: "",
        stock: "",
        image: "",
        imageAlt: "",
        active: true,
      },
  );
}

function keyOf(values: readonly string[]): string {
  return JSON.stringify(values.map((each) => each.toLowerCase()));
}

/** What is sent to the server for the fields that changed; money that is no number must not come here. */
export function bodyOf(changes: Partial<ProductText>, form: ProductText, currency: string, fresh: boolean): object {
  const minor = (text: string): number | null => (text.trim() ? asMinor(text, currency) : null);
  const options = whole(form.options);
  const body: Record<string, unknown> = {};
  if (changes.title !== undefined) body["title"] = form.title;
  if (changes.description !== undefined) body["description"] = form.description;
  if (changes.images !== undefined) body["images"] = form.images;
  if (changes.alts !== undefined) {
    const said = form.images.map((each) => [each, form.alts[each]?.trim() ?? ""] as const);
    body["image_alts"] = Object.fromEntries(said.filter(([, alt]) => alt));
  }
  if (changes.externalId !== undefined) body["external_id"] = form.externalId.trim() || null;
  if (changes.each !== undefined) body["per_viewer_max"] = form.each.trim() ? asWhole(form.each) : null;
  if (changes.buying !== undefined) body["buying"] = form.buying || null;
  if (options.length === 0) {
    if (changes.price !== undefined || changes.options !== undefined) body["price"] = minor(form.price) ?? 0;
    if (changes.compareAt !== undefined) body["compare_at"] = minor(form.compareAt);
    if (fresh && form.stock.trim()) body["stock"] = asWhole(form.stock);
  }
  if (changes.sku !== undefined) body["sku"] = form.sku.trim() || null;
  if (changes.options !== undefined || changes.variants !== undefined) {
    body["options"] = options.map(({ name }) => name);
    body["variants"] = variantsFor(form).map((each) => ({
      ...(each.id && { id: each.id }),
      options: Object.fromEntries(options.map(({ name }, at) => [name, each.values[at] ?? ""])),
      price: minor(each.price) ?? 0,
      compare_at: minor(each.compareAt),
      sku: each.sku.trim() || null,
      image: each.image,
      image_alt: each.image ? each.imageAlt.trim() : "",
      active: each.active,
      ...(!each.id && each.stock.trim() && { stock: asWhole(each.stock) }),
    }));
  }
  return body;
}
