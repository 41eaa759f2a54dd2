// The products in the places in which this page met them: keys and fingers find each where it was, whatever a new snapshot says.
import type { Product } from "../sdk/wire";

export interface Place {
  product: Product;
  /** It is not on sale any more; its place stays empty. */
  gone: boolean;
}

/** Returns the places after a look at `products`: known ones stay, what is gone is marked, new ones come behind. Pure. */
export function keepPlaces(before: readonly Place[], products: readonly Product[]): Place[] {
  const now = new Map(products.map((product) => [product.id, product]));
  const kept = before.map((place) => {
    const product = now.get(place.product.id);
    now.delete(place.product.id);
    return product ? { product, gone: false } : { ...place, gone: true };
  });
  return [...kept, ...[...now.values()].map((product) => ({ product, gone: false }))];
}
