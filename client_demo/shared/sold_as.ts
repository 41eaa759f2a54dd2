// One variant as what is sold; apart from variants.ts, since a viewer's page needs it only once somebody buys.
import type { Product, Variant } from "../sdk";

/** A variant's values in the order of its product's options, such as `L / Blue`. */
export function valuesOf({ options = [] }: Product, variant: Variant): string {
  return options.map((name) => variant.options[name]).join(" / ");
}

/** A variant as a product of its own: its price, stock, limit and picture under the product's name with its values. */
export function asSold(product: Product, variant: Variant): Product {
  const { options: _, variants: __, compare_at: ___, sku: ____, images: _____, image_alts: ______, image_alt, ...rest } = product;
  const { id, price, stock, limit, compare_at, sku } = variant;
  return {
    ...rest,
    id,
    title: `${product.title} – ${valuesOf(product, variant)}`,
    image: variant.image || product.image,
    ...altOf(variant.image ? variant.image_alt : image_alt),
    price,
    stock,
    ...(limit !== undefined && { limit }),
    ...(compare_at !== undefined && { compare_at }),
    ...(sku !== undefined && { sku }),
  };
}

function altOf(image_alt: string | undefined): { image_alt?: string } {
  return image_alt ? { image_alt } : {};
}

/** What is sold under an id, as a product of its own; null: nothing. */
export function soldAs(products: readonly Product[], id: string | undefined): Product | null {
  for (const product of products) {
    if (product.id === id) return product;
    const variant = product.variants?.find((each) => each.id === id);
    if (variant) return asSold(product, variant);
  }
  return null;
}

/** The product that is, or has, what is sold under an id. */
export function headOf(products: readonly Product[], id: string | undefined): Product | null {
  return products.find((each) => each.id === id || each.variants?.some((variant) => variant.id === id)) ?? null;
}
