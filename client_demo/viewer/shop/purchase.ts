import { computed, signal } from "@preact/signals";
import type { Order, RefusedError } from "../../sdk";
import { money } from "../../shared/format";
import { addOrder } from "../me";
import { products, room } from "../session";
import { refusalText, t } from "../text";

export const QUANTITY_MAX = 10;

/**
 * One purchase as the person goes through it. `key` is made once and stays while nothing about the order changes: however often Confirm is
 * pressed or the network breaks, the server counts it once.
 */
interface Purchase {
  productId: string;
  quantity: number;
  /** What the person sees; the server refuses another price. */
  price: number;
  key: string;
  step: "looking" | "working" | "done";
  problem: string | null;
  order: Order | null;
}

export const purchase = signal<Purchase | null>(null);
export const purchasedProduct = computed(() => products.value.find((each) => each.id === purchase.value?.productId) ?? null);

/** `randomUUID` exists only where the page is served safely; random bytes exist everywhere. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `k-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

export function openPurchase(productId: string): void {
  const product = products.peek().find((each) => each.id === productId);
  if (!product) return;
  room().tell("click", { product: productId });
  const { price } = product;
  purchase.value = { productId, quantity: 1, price, key: newKey(), step: "looking", problem: null, order: null };
}

export function closePurchase(): void {
  if (purchase.peek()?.step !== "working") purchase.value = null;
}

export function chooseQuantity(quantity: number): void {
  const now = purchase.peek();
  // Another quantity is another order: it gets its own key.
  if (now?.step === "looking") purchase.value = { ...now, quantity, key: newKey(), problem: null };
}

export async function confirmPurchase(): Promise<void> {
  const now = purchase.peek();
  if (now?.step !== "looking") return;
  purchase.value = { ...now, step: "working", problem: null };
  const { productId: product, quantity, key, price } = now;
  try {
    const order = await room().command("buy", { product, quantity, key, price });
    addOrder(order);
    purchase.value = { ...now, step: "done", order };
  } catch (error) {
    purchase.value = afterRefusal(now, error as RefusedError);
  }
}

function afterRefusal(now: Purchase, error: RefusedError): Purchase {
  const { stock, price } = error.refusal ?? {};
  const currency = purchasedProduct.peek()?.currency ?? "JPY";
  switch (error.code) {
    case "sold_out":
      if (!stock) return { ...now, problem: t("buy.sold_out") };
      return { ...now, quantity: Math.min(stock, now.quantity), key: newKey(), problem: t.count("buy.fewer_left", stock) };
    case "price_changed":
      if (price === undefined) return { ...now, problem: refusalText(error) };
      return { ...now, price, key: newKey(), problem: t("buy.price_changed", { price: money(price, currency) }) };
    case "unanswered":
      return { ...now, problem: t("buy.unanswered") };
    case "show_not_live":
      return { ...now, problem: t("buy.not_live") };
    default:
      return { ...now, problem: refusalText(error) };
  }
}
