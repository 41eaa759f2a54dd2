import type { Order } from "../../sdk";
import { request, resolve } from "../../shared/server";
import { Button } from "../../shared/ui/button";
import { showToast } from "../../shared/ui/toast";
import { t } from "../late_text";
import { identity } from "../session";
import { handOver } from "../share";
import { refusalText } from "../text";

const links = new Map<string, Promise<string>>();

/** The address that shows an order on any device: its secret stands behind `#`, which no server and no log is ever told. */
export function receiptLink(order: string): Promise<string> {
  const found = links.get(order);
  if (found) return found;
  const made = request<{ receipt: string }>(`/orders/${encodeURIComponent(order)}/receipt`, {
    token: identity.peek()?.token,
    body: {},
  }).then(({ receipt }) => new URL(resolve(`/receipt#${receipt}`), location.href).href);
  links.set(order, made);
  made.catch(() => links.delete(order));
  return made;
}

async function give(order: Order, bySystem: boolean): Promise<void> {
  try {
    await handOver(await receiptLink(order.order), t("receipt.title", { number: order.number }), bySystem);
  } catch (error) {
    showToast(refusalText(error));
  }
}

/** Copying the receipt's link, and handing it to the device's share sheet where there is one. */
export function ReceiptButtons({ order }: { order: Order }) {
  const { number } = order;
  return (
    <div class="receipt-buttons">
      <Button
        size="small"
        data-testid="receipt-copy"
        aria-label={t("receipt.copy_of", { number })}
        onClick={() => void give(order, false)}
      >
        {t("receipt.copy")}
      </Button>
      {"share" in navigator && (
        <Button
          size="small"
          data-testid="receipt-share"
          aria-label={t("receipt.share_of", { number })}
          onClick={() => void give(order, true)}
        >
          {t("receipt.share")}
        </Button>
      )}
    </div>
  );
}
