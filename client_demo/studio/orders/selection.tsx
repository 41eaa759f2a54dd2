import { signal } from "@preact/signals";
import { useState } from "preact/hooks";
import { count } from "../../shared/format";
import { Button } from "../../shared/ui/button";
import { showToast } from "../../shared/ui/toast";
import { tellFailure } from "../api";
import { shipAll } from "./bulk";
import type { Order } from "./order";
import { savePackingList } from "./taking_along";
import { t } from "./text";

/** Orders in one packing list, as the server takes them. */
const PACKED_MOST = 100;
/** Orders that are marked as shipped at once. */
const SHIPPED_MOST = 200;

/** The orders that are marked in the list, in the order in which they were. */
export const chosen = signal<readonly string[]>([]);

export function ChooseBox({ order }: { order: Order }) {
  if (!order.fulfilment) return null;
  const marked = chosen.value.includes(order.order);
  return (
    <label class="order-choose">
      <input
        type="checkbox"
        checked={marked}
        aria-label={t("choose", { number: order.number })}
        data-testid="order-choose"
        onChange={() => {
          chosen.value = marked ? chosen.value.filter((each) => each !== order.order) : [...chosen.value, order.order];
        }}
      />
    </label>
  );
}

/** What can be done with all orders that are marked. */
export function ChosenBar({ done }: { done: () => void }) {
  const [busy, setBusy] = useState(false);
  const orders = chosen.value;
  if (orders.length === 0) return null;
  const print = (): void => {
    setBusy(true);
    void savePackingList(orders.slice(0, PACKED_MOST)).finally(() => setBusy(false));
  };
  const ship = (): void => {
    setBusy(true);
    void shipAll(orders.slice(0, SHIPPED_MOST))
      .then((results) => {
        chosen.value = [];
        showToast(t("file.done", { n: count(results.filter(({ outcome }) => outcome === "shipped").length) }));
        done();
      }, tellFailure)
      .finally(() => setBusy(false));
  };
  return (
    <section class="order-chosen card" aria-label={t("chosen", { n: count(orders.length) })} data-testid="orders-chosen">
      <strong role="status">{t("chosen", { n: count(orders.length) })}</strong>
      <Button data-testid="chosen-packing-list" disabled={busy || orders.length > PACKED_MOST} onClick={print}>
        {t("packing_list")}
      </Button>
      <Button data-testid="chosen-ship" disabled={busy || orders.length > SHIPPED_MOST} onClick={ship}>
        {t("ship")}
      </Button>
      <Button
        look="quiet"
        data-testid="chosen-none"
        onClick={() => {
          chosen.value = [];
        }}
      >
        {t("choose.none")}
      </Button>
    </section>
  );
}
