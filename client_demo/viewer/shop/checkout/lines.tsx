import type { HeldStock } from "../../../sdk";
import { clock, lasting } from "../../../shared/countdown";
import { money } from "../../../shared/format";
import { soldAs } from "../../../shared/sold_as";
import { products } from "../../session";
import { ProductPicture } from "../product_card";
import { Stock } from "../stock";
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

/** Whether as many units as these lines want are free now, by what the page is told of the stock. */
export function isFree({ lines }: HeldStock): boolean {
  const wanted = new Map<string, number>();
  for (const { product, quantity } of lines) wanted.set(product, (wanted.get(product) ?? 0) + quantity);
  return [...wanted].every(([product, units]) => (soldAs(products.value, product)?.stock ?? 0) >= units);
}

/** Nothing is set aside: whose payment comes first has it. The true stock beside it; only that it is gone is read out. */
function FirstPaid({ hold }: { hold: HeldStock }) {
  const free = isFree(hold);
  return (
    <div class={free ? "hold-timer" : "hold-timer hold-timer-gone"} data-testid="first-paid" data-free={free}>
      <p>{free && <strong>{t("checkout.first_paid")}</strong>}</p>
      <ul class="held-stock">
        {hold.lines.map(({ product }, nth) => {
          const sold = soldAs(products.value, product);
          return (
            sold && (
              <li key={nth}>
                {hold.lines.length > 1 && `${sold.title} `}
                <Stock product={sold} />
              </li>
            )
          );
        })}
      </ul>
      <p role="status">{free ? "" : t("checkout.first_paid.gone")}</p>
    </div>
  );
}

const SHORT_MS = 60_000;

/** How long it is still held, or that nothing is. */
export function HoldTimer({ own }: { own: Own }) {
  return own.hold.first_paid ? <FirstPaid hold={own.hold} /> : <Timer own={own} />;
}

/** How long it is still held, by the server's clock. The running seconds are not read out: the time of the end is, and the last minute. */
function Timer({ own: { hold, leftMs } }: { own: Own }) {
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
