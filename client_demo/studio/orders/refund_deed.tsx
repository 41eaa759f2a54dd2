import { useState } from "preact/hooks";
import { Button } from "../../shared/ui/button";
import type { DeedProps } from "./deeds";
import { RefundDialog } from "./refund_dialog";
import { t } from "./text";

/** Gives an order back, whole or in part, while there is something left of it. */
export function RefundDeed({ order, one }: DeedProps) {
  const [open, setOpen] = useState(false);
  const over = order.state === "cancelled" || order.state === "refunded";
  if (!order.fulfilment || (over && order.lines.every((line) => line.refunded_units === line.quantity))) return null;
  return (
    <>
      <Button data-testid="refund" onClick={() => setOpen(true)}>
        {t("refund")}
      </Button>
      {open && <RefundDialog order={order} onClose={() => setOpen(false)} done={() => one.load()} />}
    </>
  );
}
