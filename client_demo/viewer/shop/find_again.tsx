import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Order } from "../../sdk";
import { showToast } from "../../shared/ui/toast";
import { t } from "../late_text";
import { room } from "../session";
import { tokenStore } from "../token_store";
import { ReceiptButtons, receiptLink } from "./receipt";

/** Of `buy.find.remember` and its hint: raised with every change of what they say (docs/privacy.md). */
const WORDING = "purchase-1";

function remember(remembered: boolean): void {
  tokenStore.keep({ remembered, wording: WORDING });
  room().rejoinWith({ remember: remembered, wording: WORDING });
  showToast(t("buy.find.saved"));
}

/** How the order is found again: the device keeps it until tomorrow, for longer if the person agrees, and the receipt opens anywhere. */
export function FindAgain({ order }: { order: Order }) {
  const remembered = useSignal(tokenStore.remembered);
  useEffect(() => void receiptLink(order.order).catch(() => undefined), [order.order]);
  return (
    <section class="purchase-find" aria-label={t("buy.find.title")}>
      <p class="hint">{t("buy.find.text")}</p>
      <ReceiptButtons order={order} />
      <label class="checkbox">
        <input
          type="checkbox"
          data-testid="buy-remember"
          aria-describedby="buy-remember-hint"
          checked={remembered.value}
          onChange={(event) => {
            remembered.value = event.currentTarget.checked;
            remember(remembered.value);
          }}
        />
        <span>{t("buy.find.remember")}</span>
      </label>
      <p class="hint" id="buy-remember-hint">
        {t("buy.find.remember_hint")}
      </p>
    </section>
  );
}
