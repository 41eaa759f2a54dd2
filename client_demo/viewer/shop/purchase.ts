import { computed, effect, signal } from "@preact/signals";
import type { Order, Product, RefusedError, Variant } from "../../sdk";
import { draftOf, keepDraft } from "../../shared/drafts";
import { count, money } from "../../shared/format";
import { place } from "../../shared/place";
import { asSold, soldAs } from "../../shared/sold_as";
import { showToast } from "../../shared/ui/toast";
import { t } from "../late_text";
import { addOrder, myOrders, retryMine } from "../me";
import { openPane } from "../panes";
import { identity, isOpen, isOver, link, openedProduct, products, room, show } from "../session";
import { refusalText } from "../text";
import { tokenStore } from "../token_store";
import { buyable } from "./buyable";
import { withCheckout } from "./buying";
import { goToCart, rememberTheShow, takenByShop } from "./cart";
import { doubts, followIntents, type Intent, markUnsent, settle, takeIntent } from "./intents";
import { asOffered, offered } from "./offered";

/** How long to wait before the server is asked, and asked again, what became of a purchase; the last one from then on. */
const ASK_AFTER_MS = [1_000, 2_000, 4_000, 8_000, 15_000];

/** The sheet, as the person sees it. It may be left at any time; what was confirmed lives on as an intent. */
interface Purchase {
  productId: string;
  quantity: number;
  /** What the person sees; the server refuses another price. */
  price: number;
  /** Under which offer. */
  offer?: string | undefined;
  problem: string | null;
  order: Order | null;
  /** The page around this one has heard that the person wants it, and left it to us. */
  told: boolean;
}

export const purchase = signal<Purchase | null>(null);
/** What the sheet is about, as it is sold: a variant has its own price, stock and picture. */
export const purchasedProduct = computed(() => {
  const sold = soldAs(products.value, purchase.value?.productId);
  return sold && asOffered(sold);
});

/** Products with a purchase whose answer this tab waits for. */
const waiting = signal<ReadonlySet<string>>(new Set());
/** Keys whose order this tab has shown. */
const shown = new Set<string>();

/** The purchase of the product in the sheet that may have been made already: what it says is what Confirm means, until that is known. */
export const doubt = computed(() => doubts.value.find((each) => each.product === purchase.value?.productId) ?? null);
export const working = computed(() => waiting.value.has(purchase.value?.productId ?? ""));

const quantityPlace = (productId: string): string => `quantity.${productId}`;
const variantPlace = (productId: string): string => `variant.${productId}`;

/** Whether the page around this one takes care of what the person wants to buy, by a cart of its own. */
export function isTakenOver(product: Product, quantity: number): boolean {
  const takenOver = !place.tell("buy", { product, quantity });
  if (takenOver) void rememberTheShow(product.id, quantity);
  return takenOver;
}

/** The person wants the product: the sheet opens, unless the page around this one takes it from here. */
export function buy(productId: string): void {
  const product = products.peek().find((each) => each.id === productId);
  if (!product) return;
  openedProduct(productId);
  // Which variant it is to be is asked first.
  if (product.variants) openSheet(product, false);
  else if (isTakenOver(product, 1)) return;
  else if (goesByCheckout(product)) holdNow(product.id, 1);
  else openSheet(product, true);
}

/** Whether it is paid at the checkout; what the channel's own shop sells goes by its cart. */
export function goesByCheckout(product: Product): boolean {
  return product.buying !== undefined && !takenByShop.peek();
}

/** Whether nothing of it is set aside before it is paid. */
export function goesToWhoPaysFirst(product: Product): boolean {
  return product.buying === "first_paid" && !takenByShop.peek();
}

function holdNow(product: string, quantity: number): void {
  withCheckout((loaded) => void loaded.buyNow(product, quantity));
}

/** The person looks at the product. */
export function openPurchase(productId: string): void {
  const product = products.peek().find((each) => each.id === productId);
  if (!product) return;
  openedProduct(productId);
  openSheet(product, false);
}

/** The variant that was chosen before, else the first that is in stock. */
function firstChoice({ id, variants = [] }: Product): Variant | undefined {
  const before = draftOf(variantPlace(id));
  return variants.find((each) => each.id === before) ?? variants.find((each) => each.stock > 0) ?? variants[0];
}

function openSheet(wanted: Product, told: boolean): void {
  const variant = firstChoice(wanted);
  const product = asOffered(variant ? asSold(wanted, variant) : wanted);
  const productId = product.id;
  const chosen = Number(draftOf(quantityPlace(productId))) || 1;
  const quantity = Math.max(1, Math.min(chosen, buyable(product)));
  const offer = offered.peek()[productId];
  const under = offer?.price === product.price ? offer.offer : undefined;
  purchase.value = { productId, quantity, price: product.price, offer: under, problem: null, order: null, told };
  if (doubt.peek() && !working.peek()) void retryMine();
}

/** Price, stock and picture follow; what was chosen is remembered in this tab. */
export function chooseVariant(product: Product, variant: Variant): void {
  const now = purchase.peek();
  if (!now || now.order) return;
  keepDraft(variantPlace(product.id), variant.id);
  openSheet(product, false);
}

export function closePurchase(): void {
  purchase.value = null;
}

export function chooseQuantity(quantity: number): void {
  const now = purchase.peek();
  if (!now || doubt.peek()) return;
  purchase.value = { ...now, quantity, problem: null };
  keepDraft(quantityPlace(now.productId), String(quantity));
}

export async function confirmPurchase(): Promise<void> {
  const now = purchase.peek();
  const viewer = identity.peek()?.viewer;
  const showId = show.peek()?.id;
  if (!now || now.order || working.peek() || !viewer || !showId) return;
  const { productId: product, quantity, price, offer } = now;
  const wanted = purchasedProduct.peek();
  if (!now.told && !doubt.peek() && wanted && isTakenOver(wanted, quantity)) return closePurchase();
  if (takenByShop.peek() && !doubt.peek()) return goToCart(product, quantity);
  if (wanted && goesByCheckout(wanted) && !doubt.peek()) {
    closePurchase();
    return holdNow(product, quantity);
  }
  purchase.value = { ...now, problem: null, told: true };
  await whileWaiting(product, async () => {
    const { intent, again } = await takeIntent({ viewer, show: showId, product, quantity, price, offer });
    tokenStore.keepForOrder();
    try {
      const { key } = intent;
      const under = intent.offer === undefined ? {} : { offer: intent.offer };
      bought(intent, await room().command("buy", { product, quantity: intent.quantity, key, price: intent.price, ...under }));
    } catch (error) {
      await refused(intent, error as RefusedError, again);
    }
  });
}

async function whileWaiting(product: string, work: () => Promise<void>): Promise<void> {
  waiting.value = new Set([...waiting.peek(), product]);
  try {
    await work();
  } finally {
    waiting.value = new Set([...waiting.peek()].filter((each) => each !== product));
  }
}

/** Another tab came to know what became of a purchase: a sheet that stands open here says the same, and offers no second one. */
async function hearSettled(intent: Intent): Promise<void> {
  const ask = async (): Promise<void> => void (await retryMine());
  await (waiting.peek().has(intent.product) ? ask() : whileWaiting(intent.product, ask));
  const order = myOrders.peek().find((each) => each.key === intent.key);
  if (order && purchase.peek()?.productId === intent.product) bought(intent, order);
}

/** It is known that the order is there, by its reply or because the server was asked: said once, in the sheet or beside it. */
function bought(intent: Intent, order: Order): void {
  settle(intent);
  if (shown.has(intent.key)) return;
  shown.add(intent.key);
  addOrder(order);
  place.tell("order", { order });
  keepDraft(quantityPlace(intent.product), "");
  const now = purchase.peek();
  if (now?.productId === intent.product && !now.order) {
    purchase.value = { ...now, problem: null, order };
    return;
  }
  const title = soldAs(products.peek(), intent.product)?.title ?? order.product;
  showToast(t("buy.late", { title, number: order.number }), { label: t("buy.done.orders"), run: () => openPane("orders") });
}

async function refused(intent: Intent, error: RefusedError, again: boolean): Promise<void> {
  const { code, refusal } = error;
  // The shop has said meanwhile that it is bought by the checkout.
  if (code === "checkout_needed" && purchase.peek()?.productId === intent.product) {
    settle(intent);
    closePurchase();
    return holdNow(intent.product, intent.quantity);
  }
  if (code === "key_reused" || code === "too_many") await retryMine();
  // A decision of the server about this key: there is no such order. Everything else leaves the doubt, unless nothing was ever sent.
  if (code !== "outcome_unknown" && (refusal.retry === "never" || refusal.retry === "reload")) settle(intent);
  else if (UNSENT.has(code) && !again) markUnsent(intent);
  const now = purchase.peek();
  if (now?.productId === intent.product && !now.order) purchase.value = afterRefusal(now, error);
  else if (code !== "key_reused") showToast(explain(error, intent.quantity).text);
}

const UNSENT: ReadonlySet<string> = new Set(["offline", "busy", "too_fast", "join_first"]);

interface Explained {
  text: string;
  quantity?: number;
  price?: number;
  offer?: undefined;
}

/** The price without the offer, which is over, or not for this viewer any more. */
function withoutOffer(error: RefusedError): Explained {
  const price = soldAs(products.peek(), purchase.peek()?.productId)?.price;
  if (price === undefined) return { text: refusalText(error) };
  const amount = money(price, purchasedProduct.peek()?.currency ?? "JPY");
  return { price, offer: undefined, text: t("buy.offer_over", { price: amount }) };
}

function explain(error: RefusedError, quantity: number): Explained {
  const { stock, price, left, limit = 0 } = error.refusal;
  switch (error.code) {
    case "offline":
      return { text: t("buy.offline") };
    case "offer_closed":
    case "not_in_audience":
      return withoutOffer(error);
    case "sold_out":
      if (!stock) return { text: t("buy.sold_out") };
      return { quantity: Math.min(stock, quantity), text: t.count("buy.fewer_left", stock) };
    case "too_many":
      if (!left) return { text: t.count("buy.limit_reached", limit) };
      return { quantity: Math.min(left, quantity), text: t.count("buy.limit_left", left, { limit: count(limit) }) };
    case "price_changed":
      if (price === undefined) return { text: refusalText(error) };
      return { price, text: t("buy.price_changed", { price: money(price, purchasedProduct.peek()?.currency ?? "JPY") }) };
    case "unanswered":
    case "outcome_unknown":
    case "unavailable":
    case "internal":
      return { text: t("buy.unanswered") };
    case "show_not_live":
      return { text: t("buy.not_live") };
    default:
      return { text: refusalText(error) };
  }
}

function afterRefusal(now: Purchase, error: RefusedError): Purchase {
  const { text, ...changed } = explain(error, now.quantity);
  return { ...now, ...changed, problem: text };
}

/** Follows what became of every purchase in doubt, whether its sheet is still open or not; to be called once. */
export function followPurchases(): void {
  followIntents((intent) => void hearSettled(intent));
  effect(() => {
    for (const order of myOrders.value) {
      const intent = doubts.value.find((each) => each.key === order.key);
      if (intent) queueMicrotask(() => bought(intent, order));
    }
  });
  const asking = computed(() => link.value.is === "joined" && doubts.value.some((each) => !waiting.value.has(each.product)));
  effect(() => (asking.value ? askUntilKnown() : undefined));
}

/** Asks the server again and again; returns what ends it. */
function askUntilKnown(): () => void {
  let times = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let over = false;
  const askLater = (): void => {
    timer = setTimeout(
      async () => {
        if (await retryMine()) giveUpAfterTheEnd();
        if (!over) askLater();
      },
      ASK_AFTER_MS[Math.min(times++, ASK_AFTER_MS.length - 1)],
    );
  };
  askLater();
  return () => {
    over = true;
    clearTimeout(timer);
  };
}

/** Once the show has ended nothing can be bought any more: what is not among the orders then was never bought. */
function giveUpAfterTheEnd(): void {
  if (!isOver.peek() || isOpen.peek()) return;
  const keys = new Set(myOrders.peek().map((each) => each.key));
  for (const intent of doubts.peek()) {
    if (!keys.has(intent.key) && settle(intent)) showToast(t("buy.not_arrived"));
  }
}
