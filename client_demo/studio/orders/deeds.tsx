import type { ComponentType } from "preact";
import type { OneOrder, OrderDetail } from "./order";
import { PackDeed } from "./pack_deed";
import { RefundDeed } from "./refund_deed";
import { ShipDeed } from "./ship_deed";

export interface DeedProps {
  order: OrderDetail;
  one: OneOrder;
}

/** What can be done with an order: each is a button, with a dialog where more has to be said, and draws nothing where it does not apply. */
const DEEDS: readonly ComponentType<DeedProps>[] = [ShipDeed, PackDeed, RefundDeed];

export function Deeds(props: DeedProps) {
  return (
    <>
      {DEEDS.map((Deed, nth) => (
        <Deed key={nth} {...props} />
      ))}
    </>
  );
}
