// Another number of what is held: an exchange, under the time that it has. Nobody comes between, and refused it stands as it was.
import { signal } from "@preact/signals";
import { type HeldStock, newKey, type RefusedError } from "../../../sdk";
import { money } from "../../../shared/format";
import { soldAs } from "../../../shared/sold_as";
import { identity, products, room, show } from "../../session";
import { loadOwn, ownOf, takeHold } from "./own";
import { explain, type Problem } from "./placing";
import { t } from "./text";
import { dropWishOf, keepHold, type WantedLine } from "./wishes";

/** Whether one is under way. */
export const exchanging = signal(false);
/** Why the last one came to nothing, and of which hold. */
export const exchangeProblem = signal<(Problem & { hold: string }) | null>(null);

/** The last one that was sent, until it is answered: the same again has the same key. */
let unanswered: { wanted: string; key: string } | null = null;

function keyFor(hold: string, lines: readonly WantedLine[]): string {
  const wanted = JSON.stringify([hold, lines]);
  if (unanswered?.wanted !== wanted) unanswered = { wanted, key: newKey() };
  return unanswered.key;
}

/** What was not chosen, a turn in line or a lot, is paid or given back as it is; what has no units yet is begun anew. */
export function mayExchange({ origin, auction, first_paid }: HeldStock): boolean {
  return !origin && !auction && !first_paid;
}

/** Holds so many of one line, none: not any more, in the place of what is held. */
export async function setQuantity(hold: HeldStock, nth: number, quantity: number): Promise<void> {
  const lines = hold.lines
    .map(({ product, price, offer, ...line }, at) => ({
      product,
      quantity: at === nth ? quantity : line.quantity,
      price,
      ...(offer && { offer }),
    }))
    .filter((each) => each.quantity > 0);
  if (exchanging.peek() || lines.length === 0) return;
  exchanging.value = true;
  exchangeProblem.value = null;
  await exchange(hold, lines).catch(async (error: RefusedError) => {
    if (error.refusal?.retry === "never" || error.refusal?.retry === "reload") unanswered = null;
    if (error.code === "hold_ended" || error.code === "not_found") await loadOwn();
    exchangeProblem.value = { ...explainMore(error), hold: hold.hold };
  });
  exchanging.value = false;
}

async function exchange(hold: HeldStock, lines: WantedLine[]): Promise<void> {
  const key = keyFor(hold.hold, lines);
  const { hold: id, ...reply } = await room().command("hold.exchange", { hold: hold.hold, lines, key });
  unanswered = null;
  const mine = { viewer: identity.peek()?.viewer ?? "", show: show.peek()?.id ?? "" };
  dropWishOf(hold.hold);
  keepHold({ ...mine, lines, key, at: Date.now(), exchanges: hold.hold }, id);
  if (ownOf(id)) return;
  const placed_at = new Date().toISOString();
  takeHold({ ...reply, hold: id, state: "placed", lines, placed_at, exchanges: hold.hold });
  takeHold({ ...hold, state: "released" });
}

/** What a person is told who holds something already. */
function explainMore(error: RefusedError): Problem {
  const { product, stock, price, limit = 0, guest } = error.refusal as RefusedError["refusal"] & { guest?: boolean };
  const say = (text: string): Problem => ({ text, product });
  switch (error.code) {
    case "sold_out":
      return say(stock ? t.count("checkout.more_left", stock) : t("checkout.more_none"));
    case "too_many":
      return say(t.count(guest ? "checkout.guest_limit" : "checkout.limit_reached", limit));
    case "price_changed":
      return say(t("checkout.more_price", { price: money(price ?? 0, soldAs(products.peek(), product)?.currency ?? "JPY") }));
    case "offer_closed":
    case "not_in_audience":
      return say(t("checkout.more_offer"));
    case "show_not_live":
      return say(t("checkout.more_not_live"));
    default:
      return explain(error);
  }
}
