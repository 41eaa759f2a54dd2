import { useState } from "preact/hooks";
import { Button } from "../../shared/ui/button";
import { offerUndo } from "../undo";
import type { DeedProps } from "./deeds";
import { ParcelDialog } from "./parcel_dialog";
import { t } from "./text";

/** Marks what is left of an order, or part of it, as shipped. */
export function ShipDeed({ order, one }: DeedProps) {
  const [open, setOpen] = useState(false);
  if (!order.fulfilment || order.lines.every((line) => line.left === 0)) return null;
  return (
    <>
      <Button look="primary" data-testid="ship" onClick={() => setOpen(true)}>
        {t("ship")}
      </Button>
      {open && (
        <ParcelDialog
          order={order}
          onClose={() => setOpen(false)}
          done={async (parcel) => {
            if (!(await one.ship(parcel))) return;
            setOpen(false);
            const newest = one.found.peek()?.shipments.at(-1);
            if (newest) offerUndo(t("ship.done"), () => one.undo(newest.id));
          }}
        />
      )}
    </>
  );
}
