import type { Product } from "../../sdk";
import { money } from "../../shared/format";
import { headOf } from "../../shared/sold_as";
import { Button } from "../../shared/ui/button";
import { Dialog } from "../../shared/ui/dialog";
import { Icon } from "../../shared/ui/icon";
import { showToast } from "../../shared/ui/toast";
import { t } from "../late_text";
import { openPane } from "../panes";
import { PostsSheet } from "../posts/line";
import { isOpen, products } from "../session";
import { buyable, leftToMe } from "./buyable";
import { CheckoutSheet, withCheckout } from "./buying";
import { takenByShop } from "./cart";
import { ProductFaq } from "./faq";
import { FindAgain } from "./find_again";
import { Price } from "./price";
import { ProductPicture } from "./product_card";
import { ProductLines } from "./product_lines";
import {
  chooseQuantity,
  closePurchase,
  confirmPurchase,
  doubt,
  goesByCheckout,
  goesToWhoPaysFirst,
  isTakenOver,
  purchase,
  purchasedProduct,
  working,
} from "./purchase";
import { ProductReviews } from "./reviews";
import { Stock } from "./stock";
import { VariantChoice } from "./variant_choice";

function Quantity({ product, quantity, fixed }: { product: Product; quantity: number; fixed: boolean }) {
  const most = buyable(product);
  return (
    <fieldset class="quantity" aria-label={t("buy.quantity")}>
      <span class="field-label" aria-hidden="true">
        {t("buy.quantity")}
      </span>
      <Button
        size="icon"
        aria-label={t("buy.fewer")}
        data-testid="buy-fewer"
        disabled={fixed || quantity <= 1}
        onClick={() => chooseQuantity(quantity - 1)}
      >
        <span aria-hidden="true">{"−"}</span>
      </Button>
      <output data-testid="buy-quantity">{quantity}</output>
      <Button
        size="icon"
        aria-label={t("buy.more")}
        data-testid="buy-more"
        disabled={fixed || quantity >= most}
        onClick={() => chooseQuantity(quantity + 1)}
      >
        <span aria-hidden="true">{"+"}</span>
      </Button>
    </fieldset>
  );
}

/** What is to be known before Confirm: what went wrong, or why it cannot be now, or how it works. */
function noteOf(product: Product, quantity: number, problem: string | null): { text: string; bad: boolean } {
  if (problem) return { text: problem, bad: true };
  if (doubt.value) return { text: t(working.value ? "buy.leave" : "buy.doubt"), bad: !working.value };
  if (product.stock === 0) return { text: t("buy.sold_out"), bad: true };
  if (!isOpen.value) return { text: t("buy.not_live"), bad: true };
  const { limit } = product;
  const left = leftToMe(product);
  if (takenByShop.value) return { text: t("buy.cart_note"), bad: false };
  if (limit === undefined || quantity < left) return { text: t(howItGoes(product)), bad: false };
  return { text: t.count(left === 0 ? "buy.limit_reached" : "buy.limit", limit), bad: false };
}

function howItGoes(product: Product): "buy.first_paid_note" | "buy.hold_note" | "buy.note" {
  if (goesToWhoPaysFirst(product)) return "buy.first_paid_note";
  return goesByCheckout(product) ? "buy.hold_note" : "buy.note";
}

function Looking({ product }: { product: Product }) {
  const now = purchase.value;
  if (!now) return null;
  const busy = working.value;
  // While it is not known what became of a purchase, Confirm means that one.
  const { quantity, price } = doubt.value ?? now;
  const total = money(price * quantity, product.currency);
  const note = noteOf(product, quantity, now.problem);
  const head = headOf(products.value, product.id);
  const chosen = head?.variants?.find((each) => each.id === product.id);
  const again = doubt.value !== null || now.problem !== null;
  const held = goesByCheckout(product);
  const first = takenByShop.value ? t("buy.cart") : t(held ? "buy.hold" : "buy.confirm", { amount: total });
  const label = busy ? t("buy.working") : again && buyable(product) > 0 ? t("buy.again") : first;
  return (
    <>
      <div class="purchase-product">
        <ProductPicture product={product} size={96} />
        <div>
          <h3>{product.title}</h3>
          <p class="product-facts">
            <span class="product-facts">
              <Price product={{ ...product, price }} /> <span class="hint">{t("buy.each")}</span>
            </span>
            <Stock product={product} />
          </p>
          <ProductLines product={product} />
        </div>
      </div>
      <p class="purchase-description">{product.description}</p>
      {head && chosen && <VariantChoice product={head} chosen={chosen} />}
      <Quantity product={product} quantity={quantity} fixed={doubt.value !== null} />
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
        disabled={busy || (!doubt.value && (buyable(product) < quantity || !isOpen.value))}
        onClick={() => void confirmPurchase()}
      >
        {busy && <span class="spinner" />}
        {label}
      </Button>
      {held && !goesToWhoPaysFirst(product) && <AddToCart product={product} quantity={quantity} />}
    </>
  );
}

/** Several things are held and paid together: gathered first. */
function AddToCart({ product, quantity }: { product: Product; quantity: number }) {
  const add = (): void => {
    closePurchase();
    if (isTakenOver(product, quantity)) return;
    withCheckout(({ addToCart, openCart }) => {
      addToCart(product.id, quantity);
      showToast(t("cart.added", { title: product.title }), { label: t("cart.show"), run: openCart });
    });
  };
  return (
    <Button size="large" data-testid="cart-add" disabled={buyable(product) < quantity || !isOpen.value} onClick={add}>
      {t("cart.add")}
    </Button>
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
      <p class="purchase-number" data-testid="buy-order" data-order={order.order}>
        {t("buy.done.order", { order: order.number })}
      </p>
      <FindAgain order={order} />
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
function PurchaseSheet() {
  const now = purchase.value;
  const product = purchasedProduct.value;
  if (!now || !product) return null;
  const done = now.order !== null;
  return (
    <Dialog sheet title={done ? t("buy.done.title") : t("buy.title")} onClose={closePurchase} testid="purchase">
      {done ? <Done product={product} /> : <Looking product={product} />}
      <ProductFaq product={product} />
      <ProductReviews product={product} />
    </Dialog>
  );
}

/** What rises when the person buys: the second look, or the checkout; and what viewers show of a product. */
export function BuyingSheets() {
  return (
    <>
      <PurchaseSheet />
      <CheckoutSheet />
      <PostsSheet />
    </>
  );
}
