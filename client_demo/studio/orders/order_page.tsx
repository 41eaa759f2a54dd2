import { useEffect, useMemo } from "preact/hooks";
import { money } from "../../shared/format";
import type { PageProps } from "../../shared/pages/routes";
import { Picture } from "../../shared/ui/picture";
import { theChannel } from "../channel";
import { Failure, Loading, PageFrame, Section } from "../page";
import { momentIn } from "../time";
import { Deeds } from "./deeds";
import { Notes } from "./notes";
import { type DetailLine, OneOrder, ORDERS, type OrderDetail, titleOf } from "./order";
import { OrderBadges, Whence } from "./order_parts";
import "./orders.css";
import { Refunds } from "./refunds";
import { Shipments } from "./shipments";
import { t } from "./text";

/** One order: what was ordered, how far it is, what was noted, and what can be done with it. */
export default function OrderPage({ params }: PageProps) {
  const id = params["order"] ?? "";
  const one = useMemo(() => new OneOrder(id), [id]);
  useEffect(() => void one.load(), [one]);
  const order = one.found.value;
  return (
    <PageFrame
      testid="order-page"
      title={order ? t("order.title", { number: order.number }) : t("order")}
      back={{ to: ORDERS, label: t("title") }}
      actions={order && <Deeds order={order} one={one} />}
      lead={order && <OrderBadges order={order} />}
    >
      {one.failure.value && <Failure code={one.failure.value} again={() => void one.load()} />}
      {!order && !one.failure.value && <Loading />}
      {order && (
        <>
          <Bought order={order} />
          <DeliverySection order={order} />
          <Shipments order={order} one={one} />
          <Refunds order={order} one={one} />
          <Notes order={order} one={one} />
        </>
      )}
    </PageFrame>
  );
}

function Bought({ order }: { order: OrderDetail }) {
  return (
    <Section title={t("bought")} testid="order-bought">
      <p class="hint">
        {momentIn(order.at, theChannel().time_zone)}
        {" · "}
        <Whence order={order} />
        {order.viewer && ` · ${t("buyer", { viewer: order.viewer })}`}
      </p>
      <ul class="rows">
        {order.lines.map((line) => (
          <LineRow key={line.line} line={line} order={order} />
        ))}
      </ul>
      <dl class="order-sums" data-testid="order-sums">
        {order.discount ? (
          <>
            <dt>{t("discount")}</dt>
            <dd>{money(-order.discount, order.currency)}</dd>
          </>
        ) : null}
        {order.shipping ? (
          <>
            <dt>{t("shipping_cost")}</dt>
            <dd>{money(order.shipping, order.currency)}</dd>
          </>
        ) : null}
        <dt>{t("amount")}</dt>
        <dd>{money(order.total ?? order.amount, order.currency)}</dd>
        {order.refunded > 0 && (
          <>
            <dt>{t("refunded.label")}</dt>
            <dd>{money(order.refunded, order.currency)}</dd>
          </>
        )}
      </dl>
    </Section>
  );
}

/** Whom it goes to, as the buyer filled it in. */
function DeliverySection({ order: { delivery } }: { order: OrderDetail }) {
  if (!delivery) return null;
  const { contact, method, gift_note } = delivery;
  const place = contact?.address;
  const lines = contact && place ? addressLines(contact.name, place) : [];
  return (
    <Section title={t("delivery")} testid="order-delivery">
      {contact ? (
        <address class="order-address">
          {lines.map((line, nth) => (
            <span key={nth}>{line}</span>
          ))}
          <span class="hint">{[contact.email, contact.phone].filter(Boolean).join(" · ")}</span>
        </address>
      ) : (
        <p class="hint">{t("delivery.erased")}</p>
      )}
      {method && <p>{t("delivery.method", { method })}</p>}
      {gift_note && <p class="order-note">{t("delivery.gift", { note: gift_note })}</p>}
    </Section>
  );
}

/** In Japan the place comes first and the name last. */
function addressLines(
  name: string,
  place: Record<"country" | "postal_code" | "region" | "city" | "line1" | "line2", string>,
): string[] {
  const { country, postal_code, region, city, line1, line2 } = place;
  const lines =
    country === "JP"
      ? [postal_code && `〒${postal_code}`, `${region}${city}${line1}`, line2, name]
      : [name, line1, line2, `${postal_code} ${city}`.trim(), region, country];
  return lines.filter(Boolean);
}

function LineRow({ line, order }: { line: DetailLine; order: OrderDetail }) {
  return (
    <li class="row card" data-testid="order-line">
      <div class="pictured">
        <Picture src={line.image} class="thumb" size={56} />
        <div class="order">
          <strong>{titleOf(line)}</strong>
          {line.sku && <span class="hint">{t("sku", { sku: line.sku })}</span>}
          {order.fulfilment && line.shipped > 0 && (
            <span class="hint" data-testid="order-line-shipped">
              {t("line.shipped", { shipped: line.shipped, quantity: line.quantity })}
            </span>
          )}
          {line.refunded_units > 0 && (
            <span class="hint" data-testid="order-line-refunded">
              {t("line.refunded", { refunded: line.refunded_units, quantity: line.quantity })}
            </span>
          )}
        </div>
      </div>
      <p class="order-money">
        {t("times", { quantity: line.quantity })}
        <strong>{money(line.amount, order.currency)}</strong>
      </p>
    </li>
  );
}
