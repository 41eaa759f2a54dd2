// What is offered to this viewer: asked once it is known that an offer is open, and gone when its time is over by the server's clock.
import { computed, effect, signal } from "@preact/signals";
import type { OfferSeen, Product } from "../../sdk";
import { clock, lasting } from "../../shared/countdown";
import { money } from "../../shared/format";
import { followServerTime, serverNow } from "../../shared/server_clock";
import { headOf, soldAs } from "../../shared/sold_as";
import { Button } from "../../shared/ui/button";
import { showToast } from "../../shared/ui/toast";
import { t } from "../late_text";
import { link, products, room, show, snapshot } from "../session";
import { refusalText } from "../text";
import { offered } from "./offered";

/** What the server answered, by offer; `null`: it is not for this viewer, or they are not known to hold its code. */
const answers = signal<ReadonlyMap<string, OfferSeen | null>>(new Map());
/** The server's time in seconds, as long as an offer with an end is shown. */
const now = signal(0);
const open = computed(() => (link.value.is === "joined" ? (snapshot.value?.offers ?? []) : []));
/** Where the server's time is asked, as long as an offer has an end; the same however often its units change. */
const timedAt = computed(() =>
  open.value.some(({ closes_at }) => closes_at) ? `/v1/shows/${encodeURIComponent(show.value?.id ?? "")}` : null,
);

function isOver({ closes_at }: OfferSeen, at: number): boolean {
  return closes_at !== undefined && Date.parse(closes_at) <= at;
}

async function ask(offer: string, code?: string): Promise<void> {
  const keep = (seen: OfferSeen | null): void => {
    answers.value = new Map([...answers.peek(), [offer, seen]]);
  };
  try {
    const seen = await room().command("offer.see", { offer, ...(code && { code }) });
    keep(seen);
    const title = soldAs(products.peek(), seen.product)?.title ?? "";
    if (!isOver(seen, serverNow())) showToast(t("offer.opened", { title, price: money(seen.price, seen.currency) }));
  } catch (error) {
    if (code) throw error;
    keep(null);
  }
}

/** To be called once. */
export function followOffers(): void {
  effect(() => {
    const ids = open.value.map(({ id }) => id);
    const known = answers.peek();
    answers.value = new Map([...known].filter(([id]) => ids.includes(id) || link.peek().is !== "joined"));
    for (const id of ids) if (!known.has(id)) void ask(id);
  });
  effect(() => {
    const found: Record<string, OfferSeen> = {};
    for (const { id, left } of open.value) {
      const seen = answers.value.get(id);
      const stock = soldAs(products.value, seen?.product)?.stock ?? 0;
      if (seen && !isOver(seen, now.value || serverNow())) {
        found[seen.product] = { ...seen, units_left: Math.min(stock, left ?? stock) };
      }
    }
    offered.value = found;
  });
  effect(() => {
    if (timedAt.value === null) return;
    return followServerTime(timedAt.value, (told) => {
      now.value = told;
    });
  });
}

/** That a product is offered, for how long, or where its code is to be given. The running seconds are not read out: the time of the end is. */
export function OfferLine({ product }: { product: Product }) {
  const sold = [product, ...(product.variants ?? [])];
  const seen = sold.map(({ id }) => offered.value[id]).find(Boolean);
  const coded = open.value.find(
    (each) => each.audience === "code" && answers.value.get(each.id) === null && headOf([product], each.product),
  );
  if (coded && !seen) return <CodeForm offer={coded.id} />;
  if (!seen) return null;
  const ends = seen.closes_at;
  return (
    <p class="offer-line" data-testid="offer" data-offer={seen.offer}>
      <span class="badge badge-accent">{t("offer.badge")}</span>
      {ends && (
        <>
          <span aria-hidden="true" data-testid="offer-countdown">
            {t("offer.ends_in", { time: lasting(Date.parse(ends) - (now.value || serverNow())) })}
          </span>
          <span class="visually-hidden">{t("offer.until", { time: clock(ends) })}</span>
        </>
      )}
    </p>
  );
}

/** Where a holder of a code gives it. */
function CodeForm({ offer }: { offer: string }) {
  const send = (form: HTMLFormElement): void => {
    const code = String(new FormData(form).get("code") ?? "").trim();
    if (code) ask(offer, code).catch((error) => showToast(refusalText(error)));
  };
  return (
    <details class="offer-code" data-testid="offer-code">
      <summary>{t("offer.have_code")}</summary>
      <form
        class="offer-code-form"
        onSubmit={(event) => {
          event.preventDefault();
          send(event.currentTarget);
        }}
      >
        <input
          class="input"
          name="code"
          maxLength={40}
          autoComplete="off"
          aria-label={t("offer.code")}
          data-testid="offer-code-text"
        />
        <Button type="submit" data-testid="offer-code-send">
          {t("offer.code_send")}
        </Button>
      </form>
    </details>
  );
}
