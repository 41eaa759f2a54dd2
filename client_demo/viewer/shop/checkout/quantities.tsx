import type { HeldStock } from "../../../sdk";
import { money } from "../../../shared/format";
import { soldAs } from "../../../shared/sold_as";
import { Button } from "../../../shared/ui/button";
import { products } from "../../session";
import { buyable } from "../buyable";
import { ProductPicture } from "../product_card";
import { exchangeProblem, exchanging, setQuantity } from "./exchanging";
import { t } from "./text";

interface StepProps {
  hold: HeldStock;
  nth: number;
  by: 1 | -1;
  possible: boolean;
  title: string;
}

/** It keeps the focus while it can do nothing: whoever goes on by the keyboard would be lost else. */
function Step({ hold, nth, by, possible, title }: StepProps) {
  const quantity = hold.lines[nth]?.quantity ?? 0;
  return (
    <Button
      size="icon"
      aria-label={t(by > 0 ? "cart.more" : "cart.fewer", { title })}
      aria-disabled={!possible || exchanging.value}
      data-testid={by > 0 ? "held-more" : "held-fewer"}
      onClick={() => possible && void setQuantity(hold, nth, quantity + by)}
    >
      <span aria-hidden="true">{by > 0 ? "+" : "−"}</span>
    </Button>
  );
}

function Line({ hold, nth }: { hold: HeldStock; nth: number }) {
  const { product, quantity, price } = hold.lines[nth] as HeldStock["lines"][number];
  const sold = soldAs(products.value, product);
  const title = sold?.title ?? product;
  const problem = exchangeProblem.value;
  const blamed = problem?.product === product || hold.lines.length === 1;
  const step = { hold, nth, title };
  return (
    <li class="held-line" data-testid="held-line" data-product={product}>
      {sold && <ProductPicture product={sold} size={56} />}
      <strong class="product-title">{title}</strong>
      <span class="price">{money(price * quantity, hold.currency)}</span>
      <div class="cart-amount">
        <Step {...step} by={-1} possible={quantity > 1 || hold.lines.length > 1} />
        <output data-testid="held-quantity" aria-label={t("checkout.quantity", { n: quantity })}>
          {quantity}
        </output>
        <Step {...step} by={1} possible={sold !== null && buyable(sold) > 0} />
        {exchanging.value && <span class="spinner" />}
      </div>
      <p class={problem && blamed ? "notice notice-bad" : ""} role="alert" data-testid="held-problem">
        {blamed && problem?.text}
      </p>
    </li>
  );
}

/** What is held, with its numbers to be changed. */
export function HeldQuantities({ hold }: { hold: HeldStock }) {
  return (
    <ul class="held-lines">
      {hold.lines.map(({ product, offer }, nth) => (
        <Line key={`${product} ${offer}`} hold={hold} nth={nth} />
      ))}
    </ul>
  );
}
