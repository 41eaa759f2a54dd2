import { useEffect, useState } from "preact/hooks";
import { money } from "../../shared/format";
import { theChannel } from "../channel";
import { Section } from "../page";
import { momentIn } from "../time";
import type { DeedProps } from "./deeds";
import { type OrderDetail, titleOf } from "./order";
import { type Refund, readRefunds } from "./refund";
import { t } from "./text";

/** What was given back of an order, and what is about to be; nothing where nothing was. */
export function Refunds({ order }: DeedProps) {
  const [refunds, setRefunds] = useState<readonly Refund[]>([]);
  useEffect(() => {
    if (!order.fulfilment) return;
    readRefunds(order.order).then(
      ({ refunds }) => setRefunds(refunds),
      () => setRefunds([]),
    );
  }, [order]);
  if (refunds.length === 0) return null;
  return (
    <Section title={t("refunds")} testid="refunds">
      <ul class="rows">
        {refunds.map((refund) => (
          <RefundRow key={refund.refund} refund={refund} order={order} />
        ))}
      </ul>
    </Section>
  );
}

function RefundRow({ refund, order }: { refund: Refund; order: OrderDetail }) {
  const { state } = refund;
  const look = { asked: "badge badge-warn", done: "badge badge-good", failed: "badge badge-bad", bounced: "badge badge-bad" }[state];
  return (
    <li class="row card" data-testid="refund-row" data-state={state}>
      <div class="order">
        <strong>{t(`refund.reason.${refund.reason}`)}</strong>
        {refund.lines.length > 0 && <span class="hint">{contentsOf(refund, order)}</span>}
        {refund.note && <span class="hint">{refund.note}</span>}
        <p class="hint">
          {refund.origin === "provider"
            ? t("refund.by_provider", { at: momentIn(refund.asked_at, theChannel().time_zone) })
            : t("shipment.when", { at: momentIn(refund.asked_at, theChannel().time_zone), by: refund.by })}
          {refund.why && ` · ${refund.why}`}
        </p>
        {state === "bounced" && <p class="hint">{t("refund.outcome.bounced")}</p>}
      </div>
      <p class="order-money">
        <span class={look}>{t(`refund.state.${state}`)}</span>
        <strong>{money(refund.amount, refund.currency)}</strong>
      </p>
    </li>
  );
}

function contentsOf(refund: Refund, order: OrderDetail): string {
  const lines = refund.lines.map(({ line, quantity, restock }) => {
    const ordered = order.lines[line];
    const named = t("line", { quantity, title: ordered ? titleOf(ordered) : t("untitled") });
    return restock ? named : `${named} ${t("refund.written_off")}`;
  });
  return lines.join(t("comma"));
}
