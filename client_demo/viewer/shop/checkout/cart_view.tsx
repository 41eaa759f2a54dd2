import { money } from "../../../shared/format";
import { Button } from "../../../shared/ui/button";
import { Icon } from "../../../shared/ui/icon";
import { isOpen } from "../../session";
import { buyable } from "../buyable";
import { ProductPicture } from "../product_card";
import { cartAmount, cartLines, holdCart, setInCart } from "./cart";
import type { Problem } from "./placing";
import { t } from "./text";

function Line({ line: { sold, quantity }, problem }: { line: (typeof cartLines.value)[number]; problem: Problem | null }) {
  const { id, title, currency, price } = sold;
  const blamed = problem?.product === id;
  return (
    <li class="cart-line" data-testid="cart-line" data-product={id}>
      <ProductPicture product={sold} size={56} />
      <span>
        <strong class="product-title">{title}</strong>
        <span class="price">{money(price * quantity, currency)}</span>
      </span>
      <span class="cart-amount">
        <Button
          size="icon"
          aria-label={t("cart.fewer", { title })}
          data-testid="cart-fewer"
          onClick={() => setInCart(id, quantity - 1)}
        >
          <span aria-hidden="true">{"−"}</span>
        </Button>
        <output data-testid="cart-quantity">{quantity}</output>
        <Button
          size="icon"
          aria-label={t("cart.more", { title })}
          data-testid="cart-more"
          disabled={quantity >= buyable(sold)}
          onClick={() => setInCart(id, quantity + 1)}
        >
          <span aria-hidden="true">{"+"}</span>
        </Button>
        <Button
          size="icon"
          look="quiet"
          aria-label={t("cart.remove", { title })}
          data-testid="cart-remove"
          onClick={() => setInCart(id, 0)}
        >
          <Icon name="close" />
        </Button>
      </span>
      {blamed && (
        <p class="notice notice-bad" role="alert" data-testid="cart-blamed">
          {problem?.text}
        </p>
      )}
    </li>
  );
}

/** What was gathered; all of it is set aside together, and what stands in the way is said at its line. */
export function CartView({ problem }: { problem: Problem | null }) {
  const lines = cartLines.value;
  const [first] = lines;
  if (!first) return <p>{t("cart.empty")}</p>;
  const isAtALine = lines.some(({ sold }) => sold.id === problem?.product);
  return (
    <>
      <ul class="held-lines">
        {lines.map((line) => (
          <Line key={line.sold.id} line={line} problem={problem} />
        ))}
      </ul>
      <p class="purchase-total">
        <span>{t("buy.total")}</span>
        <strong data-testid="cart-total">{money(cartAmount.value, first.sold.currency)}</strong>
      </p>
      {problem && !isAtALine && (
        <p class="notice notice-bad" role="alert" data-testid="cart-problem">
          {problem.text}
        </p>
      )}
      <p class="hint">{isOpen.value ? t("cart.note") : t("checkout.not_live")}</p>
      <Button look="primary" size="large" disabled={!isOpen.value} data-testid="cart-hold" onClick={() => void holdCart()}>
        {t("cart.hold")}
      </Button>
    </>
  );
}
