import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { headOf, soldAs } from "../../../shared/sold_as";
import { Button } from "../../../shared/ui/button";
import { Dialog } from "../../../shared/ui/dialog";
import { showToast } from "../../../shared/ui/toast";
import { products } from "../../session";
import { refusalText } from "../../text";
import { openPurchase } from "../purchase";
import { openCart } from "./cart";
import { CartView } from "./cart_view";
import { mayExchange } from "./exchanging";
import { CheckoutForm } from "./form";
import { HeldLines, HoldTimer } from "./lines";
import { loadOwn, type Own, ownOf } from "./own";
import { closeSheet, giveUp, type Problem, type Sheet, sheet } from "./placing";
import { HeldQuantities } from "./quantities";
import { Ordered, Over, Returned, UnderWay } from "./states";
import { t } from "./text";
import type { WantedLine } from "./wishes";

/** Other goods, or none: what is held is given back first. */
function Ways({ own }: { own: Own }) {
  const busy = useSignal(false);
  const chosen = mayExchange(own.hold);
  const release = async (then: () => void): Promise<void> => {
    busy.value = true;
    try {
      await giveUp(own.hold.hold);
      then();
    } catch (error) {
      showToast(refusalText(error));
    }
    busy.value = false;
  };
  const change = (): void => {
    closeSheet();
    const [line] = own.hold.lines;
    const head = headOf(products.peek(), line?.product);
    if (own.hold.lines.length > 1) openCart();
    else if (head) openPurchase(head.id);
  };
  return (
    <>
      <div class="checkout-ways">
        {(chosen || own.hold.first_paid) && (
          <Button size="small" disabled={busy.value} data-testid="hold-change" onClick={() => void release(change)}>
            {t("checkout.change")}
          </Button>
        )}
        <Button
          size="small"
          look="quiet"
          disabled={busy.value}
          data-testid="hold-give-up"
          onClick={() =>
            void release(() => {
              closeSheet();
              showToast(t(own.hold.first_paid ? "checkout.left" : "checkout.given_up"));
            })
          }
        >
          {t(own.hold.first_paid ? "checkout.leave" : "checkout.give_up")}
        </Button>
      </div>
      {chosen && <p class="hint">{t("checkout.change_hint")}</p>}
      {own.hold.auction && <p class="hint">{t("checkout.lot_hint")}</p>}
    </>
  );
}

function HoldView({ own }: { own: Own }) {
  const { standing } = own;
  switch (standing.is) {
    case "open":
      return (
        <>
          <HoldTimer own={own} />
          {mayExchange(own.hold) ? <HeldQuantities hold={own.hold} /> : <HeldLines hold={own.hold} />}
          <Ways own={own} />
          <CheckoutForm own={own} standing={standing} />
        </>
      );
    case "going":
    case "later":
    case "waiting":
      return <UnderWay own={own} standing={standing} />;
    case "ordered":
      return <Ordered own={own} id={standing.order} />;
    case "returning":
    case "returned":
      return <Returned own={own} standing={standing} />;
    case "over":
      return <Over own={own} how={standing.how} />;
  }
}

function titleFor(now: Sheet): string {
  if (now.is === "cart") return t("cart.title");
  const own = now.is === "hold" ? ownOf(now.hold) : undefined;
  switch (own?.standing.is) {
    case "ordered":
      return t("buy.done.title");
    case "returning":
    case "returned":
      return t("checkout.returned.title");
    case "over":
      return t(own.standing.how === "sold_out" ? "checkout.too_late.title" : "checkout.over.title");
    default:
      return t("checkout.title");
  }
}

function Refused({ lines, problem }: { lines: readonly WantedLine[]; problem: Problem }) {
  const [line] = lines;
  const head = headOf(products.value, problem.product ?? line?.product);
  return (
    <>
      <p class="notice notice-bad" role="alert" data-testid="hold-refused">
        {problem.text}
      </p>
      <div class="purchase-ways">
        {head && (
          <Button
            data-testid="hold-see"
            onClick={() => {
              closeSheet();
              openPurchase(head.id);
            }}
          >
            {t("checkout.see")}
          </Button>
        )}
        <Button look="primary" data-testid="buy-close" onClick={closeSheet}>
          {t("checkout.back")}
        </Button>
      </div>
    </>
  );
}

/** Whether none of it will be set aside. */
function isUnheld(lines: readonly WantedLine[]): boolean {
  return lines.some(({ product }) => soldAs(products.peek(), product)?.buying === "first_paid");
}

function Waiting({ text }: { text: string }) {
  return (
    <p role="status" class="checkout-waiting">
      <span class="spinner" /> {text}
    </p>
  );
}

function Body({ now }: { now: Sheet }) {
  const hold = now.is === "hold" ? now.hold : null;
  const own = hold ? ownOf(hold) : undefined;
  useEffect(() => {
    if (hold && !own) void loadOwn();
  }, [hold]);
  if (now.is === "cart") return <CartView problem={now.problem} />;
  if (now.is === "refused") return <Refused lines={now.lines} problem={now.problem} />;
  if (now.is === "placing") return <Waiting text={t(isUnheld(now.lines) ? "checkout.loading" : "checkout.placing")} />;
  return own ? <HoldView own={own} /> : <Waiting text={t("checkout.loading")} />;
}

/** The cart, what is being set aside, and the checkout of what is held, in one sheet. */
export function CheckoutSheet() {
  const now = sheet.value;
  if (!now) return null;
  const state = now.is === "hold" ? (ownOf(now.hold)?.standing.is ?? "loading") : now.is;
  return (
    <Dialog sheet title={titleFor(now)} onClose={closeSheet} testid="checkout">
      <div class="checkout" data-testid="checkout-state" data-state={state} data-hold={now.is === "hold" ? now.hold : undefined}>
        <Body now={now} />
      </div>
    </Dialog>
  );
}
