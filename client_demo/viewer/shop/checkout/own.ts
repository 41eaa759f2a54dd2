// The viewer's holds and payments in this show, as the server last said: asked after each join, told by private pushes, and asked again while
// a payment is under way, since a push may be lost.
import { computed, effect, signal } from "@preact/signals";
import type { HeldStock, Payment, PrivatePush } from "../../../sdk";
import { request } from "../../../shared/server";
import { claimsOf } from "../../claims";
import { retryMine } from "../../me";
import { followServerTime, serverNow } from "../../../shared/server_clock";
import { identity, link, onPrivate, show } from "../../session";
import { carryDetails } from "./details";
import { isUnderWay, laterHold, laterOf, type Standing, standingOf } from "./standing";
import { dropPayKey, dropWishOf, keepHold, mayHold, noteHeld, payKeyOf, wishesOf } from "./wishes";

/** As listed: with the key that it was begun under. */
type Listed<T> = T & { key: string };

const holds = signal<ReadonlyMap<string, HeldStock>>(new Map());
const payments = signal<ReadonlyMap<string, Payment>>(new Map());
/** The server's time in ms of the epoch, as long as something is held. */
const ticking = signal(0);
/** How long to wait before the server is asked again about what is under way; the last one from then on. */
const ASK_AFTER_MS = [2_000, 3_000, 5_000, 10_000, 20_000];

/** A hold with how it stands. */
export interface Own {
  hold: HeldStock;
  standing: Standing;
  /** Until it ends, in ms; of use while it is open. */
  leftMs: number;
}

/** The newest first; ids sort by age. */
export const owned = computed<readonly Own[]>(() => {
  const now = ticking.value || serverNow();
  const newest = [...payments.value.values()].sort((a, b) => (a.payment < b.payment ? 1 : -1));
  return [...holds.value.values()]
    .sort((a, b) => (a.hold < b.hold ? 1 : -1))
    .map((hold) => ({
      hold,
      standing: standingOf(
        hold,
        newest.filter((each) => each.hold === hold.hold),
        now,
      ),
      // The clocks agree to half a second: nothing is held for longer than it was at first.
      leftMs: Math.min(Date.parse(hold.expires_at) - now, Date.parse(hold.expires_at) - Date.parse(hold.placed_at)),
    }));
});

const IN_HAND: ReadonlySet<Standing["is"]> = new Set(["open", "going", "later", "waiting", "returning"]);

/** Those of which something is still to come. */
export const inHand = computed(() => owned.value.filter(({ standing }) => IN_HAND.has(standing.is)));

/** Those that were paid and came to nothing: the money goes back, or was never taken. */
export const missed = computed(() =>
  owned.value.filter(({ standing }) => standing.is === "returned" || (standing.is === "over" && standing.how === "sold_out")),
);

export function ownOf(hold: string): Own | undefined {
  return owned.value.find((each) => each.hold.hold === hold);
}

/** Those that are open and hold this. */
export function heldOf(product: string): Own | undefined {
  return inHand.value.find(({ hold }) => hold.lines.some((each) => each.product === product));
}

export function takeHold(hold: HeldStock): void {
  const later = laterHold(holds.peek().get(hold.hold), hold);
  holds.value = new Map([...holds.peek(), [hold.hold, later]]);
  if (later.exchanges) carryDetails(later.exchanges, later.hold);
  if (later.state === "placed") noteHeld();
  else dropWishOf(hold.hold);
}

export function takePayment(payment: Payment): void {
  const later = laterOf(payments.peek().get(payment.payment), payment);
  payments.value = new Map([...payments.peek(), [payment.payment, later]]);
  const hold = holds.peek().get(payment.hold);
  const open = isUnderWay(later) && later.state !== "refunding";
  if (hold && Boolean(hold.paying) !== open) takeHold({ ...hold, paying: open });
}

/** Asks for all of it. Resolves to whether the server has answered. */
export async function loadOwn(): Promise<boolean> {
  const token = identity.peek()?.token;
  const id = show.peek()?.id;
  if (!token || !id) return false;
  const path = `/shows/${encodeURIComponent(id)}`;
  try {
    const [held, paid] = await Promise.all([
      request<{ holds: Listed<HeldStock>[] }>(`${path}/holds`, { token }),
      request<{ payments: Listed<Payment>[] }>(`${path}/payments`, { token }),
    ]);
    const viewer = identity.peek()?.viewer;
    for (const each of held.holds) {
      const wish = wishesOf(viewer, id).find(({ key }) => key === each.key);
      if (wish && !wish.hold) keepHold(wish, each.hold);
      takeHold(each);
    }
    for (const each of paid.payments) {
      if (each.key === payKeyOf(each.hold) && each.state !== "created") dropPayKey(each.hold);
      takePayment(each);
    }
    return true;
  } catch {
    return false;
  }
}

function mayHave(viewer: string): boolean {
  const guest = claimsOf(identity.peek()?.token ?? "").guest === true;
  return !guest || mayHold(viewer, show.peek()?.id);
}

function hear(push: PrivatePush): void {
  if (push.type === "hold.changed") takeHold(push.hold);
  else if (push.type === "payment.changed") takePayment(push);
}

/** Follows the room; to be called once. */
export function followOwn(): void {
  onPrivate(hear);
  const joined = computed(() => (link.value.is === "joined" ? identity.value?.viewer : undefined));
  effect(() => {
    if (joined.value && mayHave(joined.value)) void loadOwn();
  });
  const timedAt = computed(() => (inHand.value.length > 0 ? `/v1/shows/${encodeURIComponent(show.value?.id ?? "")}` : null));
  effect(() => {
    if (timedAt.value === null) return;
    return followServerTime(timedAt.value, (told) => {
      ticking.value = told;
    });
  });
  const asking = computed(() => link.value.is === "joined" && [...payments.value.values()].some(isUnderWay));
  effect(() => (asking.value ? askUntilKnown() : undefined));
  tellWhatBecame();
}

/** Asks the server again and again; returns what ends it. */
function askUntilKnown(): () => void {
  let times = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let over = false;
  const askLater = (): void => {
    timer = setTimeout(
      async () => {
        await loadOwn();
        if (!over) askLater();
      },
      ASK_AFTER_MS[Math.min(times++, ASK_AFTER_MS.length - 1)],
    );
  };
  askLater();
  return () => {
    over = true;
    clearTimeout(timer);
  };
}

type Ending = (own: Own) => void;
const endings = new Set<Ending>();

/** Hears once of each hold that was in hand on this page, and is not any more. */
export function onEnding(listener: Ending): void {
  endings.add(listener);
}

function tellWhatBecame(): void {
  let before = new Set<string>();
  effect(() => {
    const now = new Set(inHand.value.map(({ hold }) => hold.hold));
    const ended = owned.peek().filter(({ hold }) => before.has(hold.hold) && !now.has(hold.hold));
    before = now;
    for (const own of ended) {
      queueMicrotask(() => {
        dropWishOf(own.hold.hold);
        if (own.standing.is === "ordered") void retryMine();
        for (const tell of endings) tell(own);
      });
    }
  });
}
