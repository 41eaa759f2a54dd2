import { Link } from "../link";
import type { Order } from "./order";
import { t } from "./text";

/** How an order stands, in a word each. */
export function OrderBadges({ order }: { order: Order }) {
  const { state, fulfilment: shipping, staff } = order;
  return (
    <span class="order-badges">
      {state !== "paid" && (
        <span class="badge" data-testid="order-state" data-state={state}>
          {t(`state.${state}`)}
        </span>
      )}
      {shipping && state !== "cancelled" && (
        <span
          class={shipping === "shipped" ? "badge badge-good" : "badge badge-warn"}
          data-testid="order-shipping"
          data-state={shipping}
        >
          {t(`shipping.${shipping}`)}
        </span>
      )}
      {staff && <span class="badge">{t("staff")}</span>}
    </span>
  );
}

/** The show that an order came from, and how that is known. */
export function Whence({ order: { show, show_title, attributed_by } }: { order: Order }) {
  if (!show) return <span>{t("no_show")}</span>;
  return (
    <>
      <Link to={`/studio/shows/${encodeURIComponent(show)}`} class="order-show" data-testid="order-show">
        {show_title ?? show}
      </Link>
      {attributed_by && ` (${t(`by.${attributed_by}`)})`}
    </>
  );
}
