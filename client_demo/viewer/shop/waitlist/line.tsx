import { useState } from "preact/hooks";
import type { PlaceInLine, Product } from "../../../sdk";
import { clock, lasting } from "../../../shared/countdown";
import { language } from "../../../shared/i18n";
import { Button } from "../../../shared/ui/button";
import { showToast } from "../../../shared/ui/toast";
import { t } from "../../late_text";
import { isLive } from "../../session";
import { refusalText } from "../../text";
import { withCheckout } from "../buying";
import { takenByShop } from "../cart";
import { joinLine, leaveLine, leftMs, placeOf } from "./own";

/** A place as people say it, such as "4th". */
function ordinal(position: number): string {
  const kind = new Intl.PluralRules(language.value, { type: "ordinal" }).select(position);
  return t(`line.nth.${kind}` as "line.nth.other", { n: position });
}

function wordsOf(place: PlaceInLine | undefined): string {
  switch (place?.state) {
    case "waiting":
      if (place.position === 1) return t("line.next");
      return place.position ? t("line.place", { nth: ordinal(place.position) }) : t("line.waiting");
    case "called":
      return t("line.called", { time: clock(place.expires_at ?? "") });
    case "missed":
      return t("line.missed");
    case "ended":
      return t(place.why === "show_ended" ? "line.show_ended" : "line.closed");
    default:
      return "";
  }
}

/** A turn may have come while this page was away. */
function payFor(hold: string): void {
  withCheckout((parts) => void parts.loadOwn().then(() => parts.openHold(hold)));
}

/** What a person who finds a product sold out can do: join the line, see how far they are, and have it when it is their turn. */
export function WaitingLine({ product }: { product: Product }) {
  const [busy, setBusy] = useState(false);
  const place = placeOf.value[product.id];
  const standing = place?.state === "waiting" || place?.state === "called";
  const soldOut = product.stock === 0 && !product.variants;
  const mayJoin = soldOut && isLive.value && !takenByShop.value && !standing;
  const words = wordsOf(place);
  if (!standing && !mayJoin && !(words && soldOut)) return null;
  const act = async (deed: () => Promise<void>): Promise<void> => {
    setBusy(true);
    await deed().catch((error) => showToast(refusalText(error)));
    setBusy(false);
  };
  return (
    <div class="waiting-line" data-testid="line" data-state={place?.state ?? "none"} data-position={place?.position ?? undefined}>
      <p role="status" aria-live="polite">
        {place?.state === "called" && <strong aria-hidden="true">{t("line.yours", { time: lasting(leftMs(place)) })}</strong>}
        <span class={place?.state === "called" ? "visually-hidden" : undefined}>{words}</span>
      </p>
      <div class="waiting-line-ways">
        {mayJoin && (
          <Button data-testid="line-join" disabled={busy} onClick={() => void act(() => joinLine(product.id, 1))}>
            {t("line.join")}
          </Button>
        )}
        {place?.state === "called" && place.hold && (
          <Button look="primary" data-testid="line-pay" onClick={() => payFor(place.hold ?? "")}>
            {t("line.pay")}
          </Button>
        )}
        {standing && (
          <Button data-testid="line-leave" disabled={busy} onClick={() => void act(() => leaveLine(product.id))}>
            {t(place.state === "called" ? "line.give_up" : "line.leave")}
          </Button>
        )}
      </div>
    </div>
  );
}
