import { useState } from "preact/hooks";
import { money } from "../../shared/format";
import type { PageProps } from "../../shared/pages/routes";
import { session } from "../../shared/staff/session";
import { Button } from "../../shared/ui/button";
import { theChannel } from "../channel";
import { Link } from "../link";
import { ListPage } from "../list_page";
import { Sign } from "../sign";
import { momentIn } from "../time";
import { askedFor, FilterBar, filtersIn } from "./filters";
import { ORDERS, type Order, titleOf } from "./order";
import { OrderBadges, Whence } from "./order_parts";
import "./orders.css";
import { ChooseBox, ChosenBar } from "./selection";
import { ShipFile } from "./ship_file";
import { saveTable } from "./taking_along";
import { t } from "./text";

/** What was ordered in the channel's shows and, as far as it was reported, in the shop; `?show=` leaves one show's. */
export default function OrdersPage({ query }: PageProps) {
  const [turn, setTurn] = useState(0);
  const filters = filtersIn(query);
  const path = askedFor(filters);
  return (
    <ListPage<Order>
      key={turn}
      testid="orders"
      title={t("title")}
      lead={t("lead")}
      path={path.size ? `/orders?${path}` : "/orders"}
      things="orders"
      keyOf={({ order }) => order}
      search={t("search")}
      filtered={path.size > 0}
      filters={<FilterBar filters={filters} q={query.get("q")} />}
      actions={
        <>
          <Button data-testid="orders-table" onClick={() => void saveTable(askedFor(filters, query.get("q")))}>
            {t("table")}
          </Button>
          <ShipFile done={() => setTurn(turn + 1)} />
          {session.value?.role === "admin" && <Taking />}
        </>
      }
      empty={{
        title: t("empty.title"),
        text: t("empty.text"),
        action: (
          <Link to="/studio/shows" class="button button-primary">
            {t("empty.action")}
          </Link>
        ),
      }}
      row={(order) => <Row order={order} />}
    >
      <ChosenBar done={() => setTurn(turn + 1)} />
    </ListPage>
  );
}

function Taking() {
  return (
    <Link to={`${ORDERS}/taking`} class="button" data-testid="orders-taking">
      <Sign name="settings" />
      {t("taking")}
    </Link>
  );
}

function Row({ order }: { order: Order }) {
  const { number, lines, viewer, currency, amount, refunded, at } = order;
  return (
    <>
      <div class="order">
        <h2 class="order-number">
          <ChooseBox order={order} />
          <Link to={`${ORDERS}/${encodeURIComponent(order.order)}`} class="row-title" data-testid="order-number">
            {number}
          </Link>
          <OrderBadges order={order} />
        </h2>
        <ul class="order-lines">
          {lines.map((line, nth) => (
            <li key={nth}>{t("line", { title: titleOf(line), quantity: line.quantity })}</li>
          ))}
        </ul>
        <p class="hint">
          {momentIn(at, theChannel().time_zone)}
          {" · "}
          <Whence order={order} />
        </p>
        {viewer && <p class="hint order-buyer">{t("buyer", { viewer: order.delivery?.contact?.name || viewer })}</p>}
      </div>
      <p class="order-money" data-testid="order-money">
        <strong>{money(amount, currency)}</strong>
        {refunded > 0 && <span class="hint">{t("refunded", { amount: money(refunded, currency) })}</span>}
      </p>
    </>
  );
}
