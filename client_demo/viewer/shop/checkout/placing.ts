// From a tap to a hold: what is wanted goes out under one key, all lines or none, and a refusal names the line to blame.
import { signal } from "@preact/signals";
import type { RefusedError } from "../../../sdk";
import { money } from "../../../shared/format";
import { soldAs } from "../../../shared/sold_as";
import { identity, products, room, show } from "../../session";
import { refusalText } from "../../text";
import { tokenStore } from "../../token_store";
import { asOffered, offered } from "../offered";
import { heldOf, loadOwn, ownOf, takeHold } from "./own";
import { t } from "./text";
import { dropWish, dropWishOf, keepHold, keepOpened, takeWish, type WantedLine } from "./wishes";

/** What went wrong: of one product, or of all of it. */
export interface Problem {
  text: string;
  product?: string | undefined;
}

/** What the person sees of the checkout: nothing, the cart, what is being set aside, or a hold. */
export type Sheet =
  | { is: "cart"; problem: Problem | null }
  | { is: "placing"; lines: readonly WantedLine[] }
  | { is: "refused"; lines: readonly WantedLine[]; problem: Problem }
  | { is: "hold"; hold: string };

export const sheet = signal<Sheet | null>(null);

export function openHold(hold: string): void {
  sheet.value = { is: "hold", hold };
  keepOpened(hold);
}

export function closeSheet(): void {
  sheet.value = null;
  keepOpened(null);
}

/** What a person gets who wants so many of it now: at an offer's price, where they are offered it. */
export function lineOf(product: string, quantity: number): WantedLine {
  const sold = soldAs(products.peek(), product);
  const price = sold ? asOffered(sold).price : 0;
  const offer = offered.peek()[product];
  return { product, quantity, price, ...(offer && offer.price === price && { offer: offer.offer }) };
}

/** Sets one product aside and opens the checkout; what is held already is shown instead. */
export function buyNow(product: string, quantity: number): Promise<void> {
  const held = heldOf(product);
  if (held) {
    openHold(held.hold.hold);
    return Promise.resolve();
  }
  return place([lineOf(product, quantity)]);
}

/** Sets all lines aside, or none, and opens the checkout. Resolves when it is known. */
export async function place(lines: readonly WantedLine[]): Promise<void> {
  const viewer = identity.peek()?.viewer;
  const showId = show.peek()?.id;
  if (!viewer || !showId || sheet.peek()?.is === "placing") return;
  const placing: Sheet = { is: "placing", lines };
  sheet.value = placing;
  const wish = await takeWish({ viewer, show: showId, lines: [...lines] });
  tokenStore.keepForOrder();
  const becomes = (next: Sheet): void => {
    if (sheet.peek() === placing) sheet.value = next;
    if (next.is === "hold" && sheet.peek() === next) keepOpened(next.hold);
  };
  try {
    const { lines: sent, key, exchanges } = wish;
    const reply = await (exchanges
      ? room().command("hold.exchange", { hold: exchanges, lines: sent, key })
      : room().command("hold", { lines: sent, key }));
    keepHold(wish, reply.hold);
    await know(reply.hold, reply, wish.lines);
    if (ownOf(reply.hold)?.standing.is === "over") return void (await onceMore(reply.hold, lines, placing));
    becomes({ is: "hold", hold: reply.hold });
  } catch (error) {
    const { code, refusal } = error as RefusedError;
    const known = refusal.retry === "never" || refusal.retry === "reload";
    if (known && code !== "outcome_unknown") dropWish(wish);
    becomes({ is: "refused", lines, problem: explain(error as RefusedError) });
  }
}

/** The reply says little: the lines are those that were sent, unless the server has told of them meanwhile. */
async function know(
  hold: string,
  reply: { expires_at: string; amount: number; currency: string; first_paid?: boolean },
  lines: readonly WantedLine[],
): Promise<void> {
  const now = ownOf(hold);
  if (now) return;
  const { expires_at, amount, currency, first_paid = false } = reply;
  const placed_at = new Date().toISOString();
  takeHold({
    hold,
    state: "placed",
    lines: lines.map((each) => ({ ...each })),
    amount,
    currency,
    placed_at,
    expires_at,
    first_paid,
  });
  // One that was placed before, under the same key, may have ended since.
  await loadOwn();
}

/** The wish of before had ended, and nobody here knew. */
async function onceMore(hold: string, lines: readonly WantedLine[], placing: Sheet): Promise<void> {
  dropWishOf(hold);
  if (sheet.peek() !== placing) return;
  sheet.value = null;
  await place(lines);
}

type Told = RefusedError["refusal"] & { guest?: boolean; begun?: boolean };

/** What a person is told, by what was refused. */
export function explain(error: RefusedError): Problem {
  const { product, stock, price, left, limit = 0, guest, begun } = error.refusal as Told;
  const sold = soldAs(products.peek(), product);
  const say = (text: string): Problem => ({ text, product });
  switch (error.code) {
    case "offline":
      return say(t("checkout.offline"));
    case "sold_out":
      return say(stock ? t.count("checkout.fewer_left", stock) : t("checkout.sold_out"));
    case "too_many":
      if (guest) return say(t.count("checkout.guest_limit", limit));
      if (begun) return say(t.count("checkout.begun_limit", limit));
      return say(left ? t.count("checkout.limit_left", left) : t.count("checkout.limit_reached", limit));
    case "buying_mixed":
      return say(t("checkout.mixed", { title: sold?.title ?? "" }));
    case "price_changed":
      return say(t("checkout.price_changed", { price: money(price ?? 0, sold?.currency ?? "JPY") }));
    case "offer_closed":
    case "not_in_audience":
      return say(t("checkout.offer_over"));
    case "unanswered":
    case "outcome_unknown":
    case "unavailable":
    case "internal":
      return say(t("checkout.unanswered"));
    case "show_not_live":
      return say(t("checkout.not_live"));
    default:
      return say(refusalText(error));
  }
}

/** Gives what is held back; the sheet closes. */
export async function giveUp(hold: string): Promise<void> {
  const { state } = await room().command("hold.release", { hold });
  const own = ownOf(hold);
  if (own && state === "released") takeHold({ ...own.hold, state });
  await loadOwn();
}
