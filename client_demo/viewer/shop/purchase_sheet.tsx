import type { Product } from "../../sdk";
import { money } from "../../shared/format";
import { Button } from "../../shared/ui/button";
import { Dialog } from "../../shared/ui/dialog";
import { Icon } from "../../shared/ui/icon";
import { openPane } from "../panes";
import { isLive } from "../session";
import { t } from "../text";
import { ProductPicture } from "./product_card";
import { chooseQuantity, closePurchase, confirmPurchase, purchase, purchasedProduct, QUANTITY_MAX } from "./purchase";
import { Stock } from "./stock";

function Quantity({ product, quantity }: { product: Product; quantity: number }) {
  const most = Math.min(QUANTITY_MAX, product.stock);
  return (
    <fieldset class="quantity" aria-label={t("buy.quantity")}>
      <span class="field-label" aria-hidden="true">
        {t("buy.quantity")}
      </span>
      <Button
        size="icon"
        aria-label={t("buy.fewer")}
        data-testid="buy-fewer"
        disabled={quantity <= 1}
        onClick={() => chooseQuantity(quantity - 1)}
      >
        <span aria-hidden="true">{"−"}</span>
      </Button>
      <output data-testid="buy-quantity">{quantity}</output>
      <Button
        size="icon"
        aria-label={t("buy.more")}
        data-testid="buy-more"
        disabled={quantity >= most}
        onClick={() => chooseQuantity(quantity + 1)}
      >
        <span aria-hidden="true">{"+"}</span>
      </Button>
    </fieldset>
  );
}

/** What is to be known before Confirm: what went wrong, or why it cannot be now, or how it works. */
function noteOf(product: Product, problem: string | null): { text: string; bad: boolean } {
  if (problem) return { text: problem, bad: true };
  if (product.stock === 0) return { text: t("buy.sold_out"), bad: true };
  return isLive.value ? { text: t("buy.note"), bad: false } : { text: t("buy.not_live"), bad: true };
}

function Looking({ product }: { product: Product }) {
  const now = purchase.value;
  if (!now) return null;
  const working = now.step === "working";
  const total = money(now.price * now.quantity, product.currency);
  const note = noteOf(product, now.problem);
  const label = working
    ? t("buy.working")
    : now.problem && product.stock > 0
      ? t("buy.again")
      : t("buy.confirm", { amount: total });
  return (
    <>
      <div class="purchase-product">
        <ProductPicture product={product} size={96} />
        <div>
          <h3>{product.title}</h3>
          <p class="product-facts">
            <span>
              <strong class="price">{money(now.price, product.currency)}</strong> <span class="hint">{t("buy.each")}</span>
            </span>
            <Stock product={product} />
          </p>
        </div>
      </div>
      <p class="purchase-description">{product.description}</p>
      <Quantity product={product} quantity={now.quantity} />
      <p class="purchase-total">
        <span>{t("buy.total")}</span>
        <strong data-testid="buy-total">{total}</strong>
      </p>
      <p class={note.bad ? "notice notice-bad" : "hint"} role="status" data-testid="buy-note">
        {note.text}
      </p>
      <Button
        look="primary"
        size="large"
        data-testid="buy-confirm"
        disabled={working || product.stock < now.quantity || !isLive.value}
        onClick={() => void confirmPurchase()}
      >
        {working && <span class="spinner" />}
        {label}
      </Button>
    </>
  );
}

function Done({ product }: { product: Product }) {
  const order = purchase.value?.order;
  if (!order) return null;
  return (
    <div class="purchase-done" data-testid="buy-done" role="status">
      <span class="purchase-check">
        <Icon name="check" />
      </span>
      <p>{t.count("buy.done.text", order.quantity, { title: product.title, amount: money(order.amount, order.currency) })}</p>
      <p class="hint" data-testid="buy-order">
        {t("buy.done.order", { order: order.order })}
      </p>
      <div class="purchase-ways">
        <Button
          onClick={() => {
            closePurchase();
            openPane("orders");
          }}
        >
          {t("buy.done.orders")}
        </Button>
        <Button look="primary" data-testid="buy-close" onClick={closePurchase}>
          {t("buy.done.close")}
        </Button>
      </div>
    </div>
  );
}

/** The second look before money: product, quantity, total, then Confirm; and the confirmation after it. */
export function PurchaseSheet() {
  const now = purchase.value;
  const product = purchasedProduct.value;
  if (!now || !product) return null;
  const done = now.step === "done";
  return (
    <Dialog sheet title={done ? t("buy.done.title") : t("buy.title")} onClose={closePurchase} testid="purchase">
      {done ? <Done product={product} /> : <Looking product={product} />}
    </Dialog>
  );
}
