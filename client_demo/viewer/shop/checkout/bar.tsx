import { money } from "../../../shared/format";
import { Icon } from "../../../shared/ui/icon";
import { lasting } from "../countdown";
import { cartAmount, cartLines, cartUnits, openCart } from "./cart";
import { titleOf } from "./lines";
import { inHand, type Own } from "./own";
import { openHold } from "./placing";
import { t } from "./text";

/** The time where it runs against the person; what waits for a bank needs nobody's hurry. */
function timeOf({ standing, leftMs }: Own): string {
  return standing.is === "open" || standing.is === "going" ? lasting(leftMs) : "";
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
      <span class="buying-title">{t(`bar.${standing.is}` as "bar.open", { title: titleOf(hold) })}</span>
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

/** The same at the top of My orders. */
export function OwnHolds() {
  if (inHand.value.length === 0) return null;
  return (
    <section aria-label={t("own.title")} data-testid="own-holds">
      <h2 class="own-title">{t("own.title")}</h2>
      {inHand.value.map((own) => (
        <HoldRow key={own.hold.hold} own={own} />
      ))}
    </section>
  );
}
