// What is sold of a product: itself, or one of its variants.
import type { Product } from "../sdk";

/** Units left of a product, or of all its variants. */
export function unitsLeft({ stock, variants }: Product): number {
  return variants ? variants.reduce((all, each) => all + each.stock, 0) : stock;
}

/** Whether its variants cost different amounts: then its own price is the lowest of them. */
export function isFrom({ price, variants }: Product): boolean {
  return variants?.some((each) => each.price !== price) ?? false;
}
