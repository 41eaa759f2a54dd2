// That a product has sold out, or is back: a line on its card for a while, and a word for who listens.
import { signal } from "@preact/signals";
import type { Product } from "../../sdk";
import { headOf, valuesOf } from "../../shared/sold_as";
import { unitsLeft } from "../../shared/variants";
import { t } from "../late_text";
import { serverNow } from "../../shared/server_clock";
import { isOpen, onPush, pinnedProduct, products } from "../session";

const SHOWN_MS = 30_000;
/** What comes and goes within this time is one word, and the last of it counts. */
const SAID_AFTER_MS = 2_000;

/** What came back lately, by product: the id of what is sold, which may be a variant, and when. */
const back = signal<Readonly<Record<string, { sold: string; at: number }>>>({});
const said = signal("");
let saying = false;

/** To be called once. */
export function followSoldOut(): void {
  onPush((push) => {
    if (push.type !== "product.sold_out" && push.type !== "product.back_in_stock") return;
    const head = headOf(products.peek(), push.product);
    if (!head) return;
    if (head.id === pinnedProduct.peek()?.id) saySoon(head.id);
    if (push.type === "product.back_in_stock") showBack(head.id, push.product, Date.parse(push.at));
  });
}

function showBack(head: string, sold: string, at: number): void {
  // What comes again after a reconnect is older.
  const leftMs = SHOWN_MS - Math.max(0, serverNow() - at);
  if (leftMs <= 0) return;
  back.value = { ...back.peek(), [head]: { sold, at } };
  setTimeout(() => {
    if (back.peek()[head]?.at !== at) return;
    back.value = Object.fromEntries(Object.entries(back.peek()).filter(([id]) => id !== head));
  }, leftMs);
}

function saySoon(id: string): void {
  if (saying) return;
  saying = true;
  setTimeout(() => {
    saying = false;
    const product = pinnedProduct.peek();
    if (product?.id === id && isOpen.peek())
      said.value = t(unitsLeft(product) === 0 ? "product.now_sold_out" : "product.now_back", { title: product.title });
  }, SAID_AFTER_MS);
}

/** Of the pinned product alone, and never more often than people can hear. */
export function SoldOutWord() {
  return (
    <p class="visually-hidden" role="status" data-testid="sold-out-word">
      {said.value}
    </p>
  );
}

/** Gone again, it says nothing. */
export function BackLine({ product }: { product: Product }) {
  const sold = back.value[product.id]?.sold;
  if (!sold || !isOpen.value || unitsLeft(product) === 0) return null;
  const variant = product.variants?.find(({ id, stock }) => id === sold && stock < unitsLeft(product));
  return (
    <p class="hint" data-testid="back-in-stock">
      {variant ? t("product.back_of", { what: valuesOf(product, variant) }) : t("product.back")}
    </p>
  );
}
