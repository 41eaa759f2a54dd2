import { computed } from "@preact/signals";
import { askForCart, toCart } from "../../sdk/cart";
import { embedded, place } from "../../shared/place";
import { showToast } from "../../shared/ui/toast";
import { room, snapshot } from "../session";
import { refusalText } from "../text";

/** The channel's own shop takes the orders: Buy leads to its cart. */
export const takenByShop = computed(() => snapshot.value?.order_taker === "shop");

/** Asks where the product is bought. In the shop's own page the attribution id is kept for its thank-you page, and the page hears of it. */
async function cartOf(product: string, quantity: number): Promise<string> {
  const { url, attribution } = await (embedded ? toCart : askForCart)(room(), product, quantity);
  place.tell("cart", { product, quantity, url, attribution });
  return url;
}

/** The page around the element takes care of the purchase: what is left is where it came from. */
export async function rememberTheShow(product: string, quantity: number): Promise<void> {
  if (takenByShop.peek()) await cartOf(product, quantity).catch(() => undefined);
}

/** Open the shop's cart with the product. Its tab has to be opened while the tap is handled; where it leads is asked meanwhile. */
export async function goToCart(product: string, quantity: number): Promise<void> {
  const tab = window.open("", "_blank");
  if (tab) tab.opener = null;
  try {
    (tab ?? window).location.href = await cartOf(product, quantity);
  } catch (error) {
    tab?.close();
    showToast(refusalText(error));
  }
}
