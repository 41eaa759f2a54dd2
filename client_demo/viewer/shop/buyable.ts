import type { Order, Product } from "../../sdk";
import { myOrders } from "../me";
import { unitsHeld } from "./buying";

/** Of one order, where the show sets no limit; and the most that one order can hold. */
const QUANTITY_MAX = 10;
const QUANTITY_OF_ORDER_MAX = 99;

/** How many units of the product this person may buy now: what is in stock, and what the show leaves to them. */
export function buyable(product: Product): number {
  return Math.min(product.stock, leftToMe(product));
}

/** What the show leaves to this person, who may have bought some already. */
export function leftToMe({ id, limit }: Product): number {
  if (limit === undefined) return QUANTITY_MAX;
  const lines = myOrders.value.flatMap<Pick<Order, "product" | "quantity">>((each) => each.lines ?? [each]);
  const bought = lines.reduce((units, each) => (each.product === id ? units + each.quantity : units), 0);
  return Math.min(QUANTITY_OF_ORDER_MAX, Math.max(0, limit - bought - unitsHeld(id)));
}
