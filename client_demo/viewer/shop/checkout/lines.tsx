import type { HeldStock } from "../../../sdk";
import { money } from "../../../shared/format";
import { soldAs } from "../../../shared/sold_as";
import { products } from "../../session";
import { clock, lasting } from "../countdown";
import { ProductPicture } from "../product_card";
import type { Own } from "./own";
import { t } from "./text";

/** What a hold is called in one line: its first product, and that there are others. */
export function titleOf({ lines }: HeldStock): string {
  const first = lines[0]?.product ?? "";
  const title = soldAs(products.value, first)?.title ?? first;
  return lines.length > 1 ? t("bar.more", { title }) : title;
}

/** What is held, line by line, at the prices at which it was set aside. */
export function HeldLines({ hold }: { hold: HeldStock }) {
  return (
    <ul class="held-lines">
      {hold.lines.map(({ product, quantity, price }, nth) => {
        const sold = soldAs(products.value, product);
        return (
          <li key={nth} class="held-line" data-testid="held-line" data-product={product}>
            {sold && <ProductPicture product={sold} size={56} />}
            <span>
              <strong class="product-title">{sold?.title ?? product}</strong>
              <span class="hint">{t("checkout.quantity", { n: quantity })}</span>
            </span>
            <span class="price">{money(price * quantity, hold.currency)}</span>
          </li>
        );
      })}
    </ul>
  );
}

const SHORT_MS = 60_000;

/** How long it is still held, by the server's clock. The running seconds are not read out: the time of the end is, and the last minute. */
export function HoldTimer({ own: { hold, leftMs } }: { own: Own }) {
  const short = leftMs <= SHORT_MS;
  return (
    <div class={short ? "hold-timer hold-timer-short" : "hold-timer"} data-testid="hold-timer" data-left={Math.round(leftMs)}>
      <p>
        <strong aria-hidden="true">{t("checkout.held_for", { time: lasting(leftMs) })}</strong>
        <span class="visually-hidden">{t("checkout.held_until", { time: clock(hold.expires_at) })}</span>
      </p>
      <p class="visually-hidden" role="status">
        {short ? t("checkout.one_minute") : ""}
      </p>
    </div>
  );
}
