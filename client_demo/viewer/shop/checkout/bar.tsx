import { lasting } from "../../../shared/countdown";
import { money } from "../../../shared/format";
import { Icon } from "../../../shared/ui/icon";
import { cartAmount, cartLines, cartUnits, openCart } from "./cart";
import { titleOf } from "./lines";
import { inHand, missed, type Own } from "./own";
import { openHold } from "./placing";
import { t } from "./text";

/** The time where it runs against the person; what waits for a bank needs nobody's hurry. */
function timeOf({ hold, standing, leftMs }: Own): string {
  if (hold.first_paid) return "";
  return standing.is === "open" || standing.is === "going" ? lasting(leftMs) : "";
}

function wordFor({ hold, standing }: Own): string {
  if (standing.is === "over") return standing.how;
  return standing.is === "open" && hold.first_paid ? "open_unheld" : standing.is;
}

/** What is held or under way, one press from its sheet. */
export function HoldRow({ own }: { own: Own }) {
  const { hold, standing } = own;
  return (
    <button
      type="button"
      class="buying-row"
      data-testid="hold-open"
      data-hold={hold.hold}
      data-state={standing.is}
      onClick={() => openHold(hold.hold)}
    >
      <Icon name="bag" />
      <span class="buying-title">{t(`bar.${wordFor(own)}` as "bar.open", { title: titleOf(hold) })}</span>
      <strong class="buying-time" aria-hidden="true">
        {timeOf(own)}
      </strong>
    </button>
  );
}

/** What the viewer has in hand, over the video's foot or above the panel: holds with their time, and the cart. */
export function Bar() {
  const lines = cartLines.value;
  const [first] = lines;
  if (inHand.value.length === 0 && !first) return null;
  return (
    <section class="buying" aria-label={t("bar.label")} data-testid="buying">
      {inHand.value.map((own) => (
        <HoldRow key={own.hold.hold} own={own} />
      ))}
      {first && (
        <button type="button" class="buying-row" data-testid="cart-open" onClick={openCart}>
          <Icon name="bag" />
          <span class="buying-title">
            {t.count("cart.open", cartUnits.value, { amount: money(cartAmount.value, first.sold.currency) })}
          </span>
        </button>
      )}
    </section>
  );
}

function Rows({ title, testid, rows }: { title: string; testid: string; rows: readonly Own[] }) {
  if (rows.length === 0) return null;
  return (
    <section aria-label={title} data-testid={testid}>
      <h2 class="own-title">{title}</h2>
      {rows.map((own) => (
        <HoldRow key={own.hold.hold} own={own} />
      ))}
    </section>
  );
}

/** The same at the top of My orders, and what came to no order. */
export function OwnHolds() {
  return (
    <>
      <Rows title={t("own.title")} testid="own-holds" rows={inHand.value} />
      <Rows title={t("own.missed")} testid="own-missed" rows={missed.value} />
    </>
  );
}
