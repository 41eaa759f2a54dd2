import { signal } from "@preact/signals";
import type { OfferSeen, Product } from "../../sdk";

/** What this viewer is offered, by what is sold; empty until the late parts have asked. */
export const offered = signal<Readonly<Record<string, OfferSeen>>>({});

/** The product as this viewer may buy it now: at an offer's price, the price before struck through, and only as many units as it has. */
export function asOffered(product: Product): Product {
  const offer = offered.value[product.id];
  if (!offer || offer.price > product.price) return product;
  return {
    ...product,
    price: offer.price,
    stock: Math.min(product.stock, offer.units_left),
    ...(offer.price < product.price && { compare_at: product.price }),
    ...(offer.limit !== undefined && { limit: Math.min(product.limit ?? offer.limit, offer.limit) }),
  };
}
