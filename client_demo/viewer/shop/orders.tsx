import type { Order, OrderLine, Parcel } from "../../sdk";
import { dateTime, money } from "../../shared/format";
import { soldAs } from "../../shared/sold_as";
import { Button } from "../../shared/ui/button";
import { t } from "../late_text";
import { mineFailed, myOrders, retryMine } from "../me";
import { products } from "../session";
import { OwnHolds } from "./buying";
import { Sums } from "./checkout/sums";
import { ProductPicture } from "./product_card";
import { ReceiptButtons } from "./receipt";

/** The reply to a purchase in one step has no price of one. */
type Line = Pick<OrderLine, "product" | "quantity" | "amount"> & Partial<OrderLine>;

function Lines({ order }: { order: Order }) {
  const lines: readonly Line[] = order.lines?.length ? order.lines : [order];
  return (
    <ul class="order-lines">
      {lines.map(({ product, quantity, amount, unit_price = amount / quantity }: Line, nth) => {
        const sold = soldAs(products.value, product);
        return (
          <li key={nth} class="held-line" data-testid="order-line" data-product={product}>
            {sold && <ProductPicture product={sold} size={56} />}
            <span>
              <strong class="product-title">{sold?.title ?? product}</strong>
              <span class="hint">{t.count("orders.quantity", quantity)}</span>
            </span>
            <span class={lines.length > 1 ? "hint" : "price"}>{money(unit_price * quantity, order.currency)}</span>
          </li>
        );
      })}
    </ul>
  );
}

const LOOKS = {
  shipped: "badge badge-good",
  partially_refunded: "badge badge-warn",
  refunded: "badge",
  cancelled: "badge",
} as const;

/** What has become of it since it was paid. */
function State({ state }: { state: Exclude<Order["state"], "paid" | undefined> }) {
  return (
    <span class={LOOKS[state]} data-testid="order-state" data-state={state}>
      {t(`orders.state.${state}`)}
    </span>
  );
}

/** When it was sent, by whom, and where it is; the address was typed by people of the shop, and is followed only where it is one of the web. */
function OneParcel({ parcel: { shipped_at, carrier, tracking } }: { parcel: Omit<Parcel, "lines"> }) {
  return (
    <p class="order-parcel" data-testid="order-parcel">
      <span>{t("orders.shipped_at", { day: dateTime(shipped_at) })}</span>
      {carrier && <span>{t("orders.by", { carrier })}</span>}
      {/^https:\/\//.test(tracking) && (
        <a class="button button-small" href={tracking} target="_blank" rel="noopener noreferrer" data-testid="order-tracking">
          {t("orders.tracking")}
        </a>
      )}
    </p>
  );
}

function Parcels({ order: { parcels, shipped_at, carrier = "", tracking = "" } }: { order: Order }) {
  const newest = shipped_at ? [{ shipped_at, carrier, tracking }] : [];
  return (
    <>
      {(parcels ?? newest).map((parcel) => (
        <OneParcel key={parcel.shipped_at} parcel={parcel} />
      ))}
    </>
  );
}

/** What was paid: the one sum, or all of it where something came to the goods or went off. */
function Paid({ order }: { order: Order }) {
  const { lines = [], amount, discount, total } = order;
  if (typeof total !== "number" && lines.length < 2) return null;
  // The lines' amounts have their shares of the discount taken off.
  return <Sums now={{ ...order, items: amount + (discount ?? 0), total: total ?? amount }} />;
}

function OneOrder({ order }: { order: Order }) {
  const { state, refunded, currency } = order;
  return (
    <li class="order" data-testid="order" data-order={order.order}>
      <p class="order-head">
        <span data-testid="order-number">{t("buy.done.order", { order: order.number })}</span>
        {state && state !== "paid" && <State state={state} />}
        <time class="hint" dateTime={order.at}>
          {dateTime(order.at)}
        </time>
      </p>
      <Lines order={order} />
      <Paid order={order} />
      {refunded ? (
        <p class="order-refunded" data-testid="order-refunded">
          {t("orders.refunded", { amount: money(refunded, currency) })}
        </p>
      ) : null}
      <Parcels order={order} />
      <ReceiptButtons order={order} />
    </li>
  );
}

/** What is still under way, and below it what was bought in this show. */
export function Orders() {
  const orders = myOrders.value;
  return (
    <div class="pane">
      <div class="pane-scroll" data-testid="orders">
        {mineFailed.value && (
          <p class="notice">
            <span>{t("orders.failed")}</span>
            <Button size="small" onClick={() => void retryMine()}>
              {t("retry")}
            </Button>
          </p>
        )}
        <OwnHolds />
        <ul>
          {orders.map((order) => (
            <OneOrder key={order.order} order={order} />
          ))}
        </ul>
        {orders.length === 0 && !mineFailed.value && (
          <div class="empty">
            <h2>{t("orders.empty.title")}</h2>
            <p>{t("orders.empty.text")}</p>
          </div>
        )}
      </div>
    </div>
  );
}
