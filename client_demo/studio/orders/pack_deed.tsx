import { useState } from "preact/hooks";
import { Button } from "../../shared/ui/button";
import type { DeedProps } from "./deeds";
import { savePackingList } from "./taking_along";
import { t } from "./text";

/** Saves the packing list of an order as PDF. */
export function PackDeed({ order }: DeedProps) {
  const [busy, setBusy] = useState(false);
  const save = (): void => {
    setBusy(true);
    void savePackingList([order.order]).finally(() => setBusy(false));
  };
  return (
    <Button data-testid="packing-list" disabled={busy} onClick={save}>
      {t("packing_list")}
    </Button>
  );
}
