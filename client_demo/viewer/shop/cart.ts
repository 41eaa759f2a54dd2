import { computed } from "@preact/signals";
import { request } from "../../shared/server";
import { showToast } from "../../shared/ui/toast";
import { identity, show, snapshot } from "../session";
import { refusalText } from "../text";

/** The channel's own shop takes the orders: Buy leads to its cart. */
export const takenByShop = computed(() => snapshot.value?.order_taker === "shop");

/** Open the shop's cart with the product. Its tab has to be opened while the tap is handled; where it leads is asked meanwhile. */
export async function goToCart(product: string, quantity: number): Promise<void> {
  const tab = window.open("", "_blank");
  if (tab) tab.opener = null;
  try {
    const path = `/shows/${encodeURIComponent(show.peek()?.id ?? "")}/cart`;
    const { url } = await request<{ url: string }>(path, {
      token: identity.peek()?.token,
      body: { product, quantity },
    });
    (tab ?? window).location.href = url;
  } catch (error) {
    tab?.close();
    showToast(refusalText(error));
  }
}
