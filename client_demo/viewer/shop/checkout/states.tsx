// What there is to say of a hold that is not to be filled in: on its way, paid, given back, over.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { HeldStock, Payment } from "../../../sdk";
import { dateTime, money } from "../../../shared/format";
import { embedded } from "../../../shared/place";
import { resolve } from "../../../shared/server";
import { headOf } from "../../../shared/sold_as";
import { Button } from "../../../shared/ui/button";
import { Icon } from "../../../shared/ui/icon";
import { showToast } from "../../../shared/ui/toast";
import { myOrders, retryMine } from "../../me";
import { openPane } from "../../panes";
import { isOpen, products } from "../../session";
import { refusalText } from "../../text";
import { FindAgain } from "../find_again";
import { mayExchange } from "./exchanging";
import { openPurchase } from "../purchase";
import { HeldLines, HoldTimer } from "./lines";
import type { Own } from "./own";
import { stopPaying } from "./paying";
import { closeSheet, lineOf, place } from "./placing";
import type { Standing } from "./standing";
import { t } from "./text";

type Of<K extends Standing["is"]> = Extract<Standing, { is: K }>;

/** Whether this page is within somebody else's, which is not ours to leave. */
const isWithin = (): boolean => embedded || window.top !== window;

/** Leads to the provider's page: from within somebody else's in a tab of its own. */
function WayOut({ address, text }: { address: string; text: string }) {
  const away = isWithin() ? { target: "_blank", rel: "noopener" } : {};
  return (
    <a class="button button-primary button-large" href={resolve(address)} data-testid="pay-go" {...away}>
      {text}
    </a>
  );
}

function Otherwise({ payment }: { payment: Payment }) {
  const busy = useSignal(false);
  const stop = async (): Promise<void> => {
    busy.value = true;
    await stopPaying(payment).catch((error) =>
      showToast(error.code === "unavailable" ? t("checkout.stop_failed") : refusalText(error)),
    );
    busy.value = false;
  };
  return (
    <Button look="quiet" disabled={busy.value} data-testid="pay-otherwise" onClick={() => void stop()}>
      {t("checkout.otherwise")}
    </Button>
  );
}

/** A payment that is under way: where the person has to go, until when, or that there is nothing to do. */
export function UnderWay({ own, standing }: { own: Own; standing: Of<"going" | "later" | "waiting"> }) {
  const { is, payment } = standing;
  const title =
    is === "later" ? t("checkout.later.title", { time: dateTime(standing.until) }) : t(`checkout.${is}.title` as const);
  return (
    <div class="checkout-state" data-testid="pay-under-way" data-state={is}>
      <HeldLines hold={own.hold} />
      {is === "going" && <HoldTimer own={own} />}
      <div role="status">
        <h3>
          {is === "waiting" && <span class="spinner" />} {title}
        </h3>
        <p>{t(is === "going" && isWithin() ? "checkout.going.beside" : (`checkout.${is}.text` as const))}</p>
      </div>
      {payment?.redirect && (
        <WayOut address={payment.redirect} text={t(is === "later" ? "checkout.later.go" : "checkout.going.go")} />
      )}
      {payment && <Otherwise payment={payment} />}
    </div>
  );
}

function Back() {
  return (
    <Button look="primary" data-testid="buy-close" onClick={closeSheet}>
      {t("checkout.back")}
    </Button>
  );
}

/** Paid, and an order: with its number as soon as the server has said it. */
export function Ordered({ own, id }: { own: Own; id: string | null }) {
  const order = myOrders.value.find((each) => each.order === id);
  useEffect(() => {
    if (!order) void retryMine();
  }, [id]);
  return (
    <div class="purchase-done" data-testid="buy-done" role="status">
      <span class="purchase-check">
        <Icon name="check" />
      </span>
      <HeldLines hold={own.hold} />
      {order ? (
        <>
          <p>{t("checkout.done.text", { amount: money(order.total ?? order.amount, order.currency) })}</p>
          <p class="purchase-number" data-testid="buy-order" data-order={order.order}>
            {t("buy.done.order", { order: order.number })}
          </p>
          <FindAgain order={order} />
        </>
      ) : (
        <p>{t("checkout.done.waiting")}</p>
      )}
      <div class="purchase-ways">
        <Button
          onClick={() => {
            closeSheet();
            openPane("orders");
          }}
        >
          {t("buy.done.orders")}
        </Button>
        <Back />
      </div>
    </div>
  );
}

/** That money goes back or has gone back, how much, and why. */
export function returnedText({ state, amount, currency, why }: Payment, { first_paid }: HeldStock): string {
  const sum = { amount: money(amount, currency) };
  const told = t(state === "refunded" ? "checkout.returned.done" : "checkout.returned.on_way", sum);
  const reason = first_paid && why === "sold_out" ? "paid_first" : why;
  return `${told} ${t.maybe(`checkout.why.${reason}`) ?? t("checkout.why.other")}`;
}

/** The money came and could become no order: it goes back, and why. */
export function Returned({ own, standing: { is, payment } }: { own: Own; standing: Of<"returning" | "returned"> }) {
  return (
    <div class="checkout-state" data-testid="pay-returned" data-state={is}>
      <HeldLines hold={own.hold} />
      <p role="status">{returnedText(payment, own.hold)}</p>
      <Back />
    </div>
  );
}

/** Over without an order: sold to others first, or its time has ended. */
export function Over({ own, how }: { own: Own; how: Of<"over">["how"] }) {
  if (how === "sold_out") return <TooLate own={own} />;
  return <TimeOver own={own} />;
}

/** Others paid first, and nothing was charged: it may be looked at again, where there is a line to wait in. */
function TooLate({ own: { hold } }: { own: Own }) {
  const head = headOf(products.value, hold.lines[0]?.product);
  const look = (): void => {
    closeSheet();
    if (head) openPurchase(head.id);
  };
  return (
    <div class="checkout-state" data-testid="hold-too-late">
      <HeldLines hold={hold} />
      <p role="status">{t("checkout.too_late.text")}</p>
      <div class="purchase-ways">
        {head && isOpen.value && (
          <Button data-testid="hold-see" onClick={look}>
            {t("checkout.see")}
          </Button>
        )}
        <Back />
      </div>
    </div>
  );
}

/** The time is over: said as it is, with a way to try once more while the show is on. */
function TimeOver({ own }: { own: Own }) {
  const again = (): void => void place(own.hold.lines.map(({ product, quantity }) => lineOf(product, quantity)));
  return (
    <div class="checkout-state" data-testid="hold-over">
      <HeldLines hold={own.hold} />
      <p role="status">{t(own.hold.first_paid ? "checkout.over.unheld" : "checkout.over.text")}</p>
      <p class="hint">{t("checkout.over.late")}</p>
      <div class="purchase-ways">
        {isOpen.value && mayExchange(own.hold) && (
          <Button data-testid="hold-again" onClick={again}>
            {t("checkout.over.again")}
          </Button>
        )}
        <Back />
      </div>
    </div>
  );
}
