import { useState } from "preact/hooks";
import { Button } from "../../shared/ui/button";
import { theChannel } from "../channel";
import { Section } from "../page";
import { momentIn } from "../time";
import type { DeedProps } from "./deeds";
import { type OrderDetail, type Shipment, titleOf } from "./order";
import { ParcelDialog } from "./parcel_dialog";
import { t } from "./text";

/** The parcels of an order, those that were undone too. */
export function Shipments({ order, one }: DeedProps) {
  if (!order.fulfilment) return null;
  return (
    <Section title={t("shipments")} testid="shipments">
      {order.shipments.length === 0 && <p class="hint">{t("shipments.none")}</p>}
      <ul class="rows">
        {order.shipments.map((shipment) => (
          <ParcelRow key={shipment.id} shipment={shipment} order={order} one={one} />
        ))}
      </ul>
    </Section>
  );
}

function ParcelRow({ shipment, order, one }: DeedProps & { shipment: Shipment }) {
  const [open, setOpen] = useState(false);
  const zone = theChannel().time_zone;
  return (
    <li class="row card" data-testid="shipment" data-undone={shipment.undone_at !== null}>
      <div class="order">
        <strong>{shipment.carrier || t("shipment.no_carrier")}</strong>
        <span class="hint">{contentsOf(shipment, order)}</span>
        {shipment.tracking && (
          <a
            class="order-show"
            href={shipment.tracking}
            target="_blank"
            rel="noopener noreferrer"
            data-testid="shipment-tracking"
          >
            {t("shipment.follow")}
          </a>
        )}
        <p class="hint">
          {t("shipment.when", { at: momentIn(shipment.shipped_at, zone), by: shipment.by })}
          {shipment.undone_at && ` · ${t("shipment.undone", { at: momentIn(shipment.undone_at, zone) })}`}
        </p>
      </div>
      {!shipment.undone_at && (
        <div class="row-actions">
          <Button data-testid="shipment-correct" onClick={() => setOpen(true)}>
            {t("shipment.correct")}
          </Button>
          <Button data-testid="shipment-undo" disabled={one.busy.value} onClick={() => void one.undo(shipment.id)}>
            {t("shipment.undo")}
          </Button>
        </div>
      )}
      {open && (
        <ParcelDialog
          order={order}
          shipment={shipment}
          onClose={() => setOpen(false)}
          done={async (parcel) => {
            if (await one.correct(shipment.id, parcel)) setOpen(false);
          }}
        />
      )}
    </li>
  );
}

function contentsOf(shipment: Shipment, order: OrderDetail): string {
  return shipment.lines
    .flatMap(({ line, quantity }) => {
      const found = order.lines[line];
      return found ? [t("line", { title: titleOf(found), quantity })] : [];
    })
    .join(t("comma"));
}
