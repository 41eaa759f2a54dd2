// Buying by the checkout: loaded where a product of the show goes by it, or where this device or the server knows of a hold (`../buying.tsx`).
import { effect } from "@preact/signals";
import type { Order } from "../../../sdk";
import { place } from "../../../shared/place";
import { showToast } from "../../../shared/ui/toast";
import { myOrders } from "../../me";
import { openPane } from "../../panes";
import { followCart } from "./cart";
import { forgetDetails } from "./details";
import { titleOf } from "./lines";
import { followOwn, heldOf, onEnding, owned, ownOf } from "./own";
import { openHold, sheet } from "./placing";
import { t } from "./text";
import { openedBefore } from "./wishes";

export { Bar, OwnHolds } from "./bar";
export { addToCart, openCart } from "./cart";
export { loadOwn, owned } from "./own";
export { buyNow, openHold } from "./placing";
export { CheckoutSheet } from "./sheet";

/** The order that a hold has become, as soon as the page has it. */
function whenThere(id: string | null, tell: (order: Order) => void): void {
  const end = effect(() => {
    const order = myOrders.value.find((each) => each.order === id);
    if (!order) return;
    queueMicrotask(() => {
      end();
      tell(order);
    });
  });
}

const OVER = { expired: "checkout.over.toast", sold_out: "checkout.too_late.toast" } as const;

/** What becomes of a hold is told to the page around this one, and said beside the sheet where that is not up. */
onEnding(({ hold, standing }) => {
  const now = sheet.peek();
  const isUp = now?.is === "hold" && now.hold === hold.hold;
  forgetDetails(hold.hold);
  if (standing.is === "ordered") {
    whenThere(standing.order, (order) => {
      place.tell("order", { order });
      if (isUp) return;
      const orders = { label: t("buy.done.orders"), run: () => openPane("orders") };
      showToast(t("buy.late", { title: titleOf(hold), number: order.number }), orders);
    });
  } else if (!isUp) {
    const see = { label: t("checkout.see"), run: () => openHold(hold.hold) };
    if (standing.is === "returned") showToast(t("checkout.returned.title"), see);
    if (standing.is === "over" && standing.how !== "released") showToast(t(OVER[standing.how], { title: titleOf(hold) }), see);
  }
});

/** It was said that nothing is known of a hold, and now it is. */
effect(() => {
  const now = sheet.value;
  const [line] = now?.is === "refused" ? now.lines : [];
  const held = line && heldOf(line.product);
  if (held) queueMicrotask(() => sheet.peek() === now && openHold(held.hold.hold));
});

/** What is held was exchanged, here or in another tab: the sheet goes on with what stands now. At once, so that nothing is drawn between. */
effect(() => {
  const now = sheet.value;
  const next = now?.is === "hold" ? owned.value.find(({ hold }) => hold.exchanges === now.hold) : undefined;
  if (next) openHold(next.hold.hold);
});

followOwn();
followCart();

// Back from a payment's page, or after a reload: the sheet that was up is up again.
const before = openedBefore();
if (before) {
  const end = effect(() => {
    if (!ownOf(before)) return;
    openHold(before);
    queueMicrotask(() => end());
  });
}
