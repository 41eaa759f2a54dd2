// The viewer's side of auctions: how far they go in each, what they won, and what became of those that are over.
import { computed, effect, signal } from "@preact/signals";
import type { Auction, AuctionEnd, HeldStock, Product } from "../../sdk";
import { newKey } from "../../sdk/key";
import { RefusedError } from "../../sdk/refused";
import { money } from "../../shared/format";
import { language } from "../../shared/i18n";
import { request } from "../../shared/server";
import { showToast } from "../../shared/ui/toast";
import { t } from "../late_text";
import { followServerTime, serverNow } from "../../shared/server_clock";
import { identity, link, onPrivate, onPush, room, show, snapshot } from "../session";
import { refusalText } from "../text";
import { withCheckout } from "./buying";

export interface OwnBid {
  /** The number by which all others know this viewer in the auction. */
  readonly bidder: number;
  readonly max: number;
}
/** An auction that is over, as far as there is something to say of it on its product's card. */
export interface Over {
  readonly auction: Auction;
  readonly why: AuctionEnd;
  readonly price?: number;
  readonly leader?: number;
  readonly reason?: string;
}
const SHOWN_OVER_MS = 120_000;

export const ownBids = signal<ReadonlyMap<string, OwnBid>>(new Map());
/** Lots that this viewer may buy, or has bought, by auction. */
export const lots = signal<ReadonlyMap<string, HeldStock>>(new Map());
/** By product. */
const over = signal<ReadonlyMap<string, Over>>(new Map());
/** What is being sent, by auction. */
export const sending = signal<ReadonlySet<string>>(new Set());
/** The server's time, as long as something here ends. */
export const now = signal(0);
export const running = computed(() => snapshot.value?.auctions ?? []);

const within = (product: Product, id: string): boolean =>
  product.id === id || (product.variants ?? []).some((each) => each.id === id);

export const auctionOf = (product: Product): Auction | undefined => running.value.find((each) => within(product, each.product));
export const overOf = (product: Product): Over | undefined => [...over.value].find(([id]) => within(product, id))?.[1];
export const lotOf = (product: Product): HeldStock | undefined =>
  [...lots.value.values()].find((lot) => lot.lines.some((line) => within(product, line.product)));

/** Whether this viewer leads the auction. */
export function leads(auction: Auction): boolean {
  const own = ownBids.value.get(auction.id);
  return own !== undefined && own.bidder === auction.leader;
}

/** By auction, whoever led at its end. */
const winners = signal<ReadonlyMap<string, number>>(new Map());

/** Whether this viewer won the lot, or comes after who did; undefined where this page was not there at the end. */
function hasWon({ auction }: HeldStock): boolean | undefined {
  const winner = winners.value.get(auction ?? "");
  return winner === undefined ? undefined : ownBids.value.get(auction ?? "")?.bidder === winner;
}

export const isOver = ({ state }: HeldStock): boolean => state === "expired" || state === "released";

/** What there is to say of a lot: who won and did not pay is blocked, the runner-up is not. */
export function lotText(lot: HeldStock): string {
  const price = money(lot.amount, lot.currency);
  const won = hasWon(lot);
  if (lot.state === "confirmed") return t("auction.paid");
  if (isOver(lot)) return t(won ? "auction.unpaid" : "auction.passed");
  if (won === undefined) return t("auction.to_pay", { price });
  return t(won ? "auction.won" : "auction.yours", { price });
}

/** Where this tab keeps that the viewer has bid in the show: they may have won something that is over by now. */
const tabPlace = (): string => `auction.${show.peek()?.id ?? ""}`;
const path = (rest: string): string => `/shows/${encodeURIComponent(show.peek()?.id ?? "")}/${rest}`;

async function ask(): Promise<void> {
  const token = identity.peek()?.token;
  if (!token) return;
  const [own, held] = await Promise.all([
    request<{ bids: ({ auction: string } & OwnBid)[] }>(path("bids"), { token }),
    request<{ holds: HeldStock[] }>(path("holds"), { token }),
  ]);
  ownBids.value = new Map(own.bids.map(({ auction, ...bid }) => [auction, bid]));
  for (const hold of held.holds) if (hold.auction && hold.state === "placed") keepLot(hold.auction, hold);
}

function keepLot(auction: string, hold: HeldStock): void {
  lots.value = new Map([...lots.peek(), [auction, hold]]);
}

/** It is said aloud once that a lot is this viewer's to pay for: the runner-up may be looking at anything by then. */
function hearOfLot(auction: string, hold: HeldStock): void {
  const fresh = hold.state === "placed" && lots.peek().get(auction)?.hold !== hold.hold;
  keepLot(auction, hold);
  if (!fresh) return;
  const pay = t("auction.pay", { price: money(hold.amount, hold.currency) });
  showToast(lotText(hold), { label: pay, run: () => payLot(hold) });
}

/** Bids; the answer is how the auction stood right after it. Tells why it was refused. */
export async function bid(auction: Auction, max: number): Promise<boolean> {
  if (sending.peek().has(auction.id)) return false;
  sending.value = new Set([...sending.peek(), auction.id]);
  try {
    const taken = await room().command("bid", { auction: auction.id, max, key: newKey() });
    ownBids.value = new Map([...ownBids.peek(), [auction.id, { bidder: taken.bidder, max: taken.max }]]);
    sessionStorage.setItem(tabPlace(), "1");
    return true;
  } catch (error) {
    showToast(whyNot(error, auction));
    return false;
  } finally {
    sending.value = new Set([...sending.peek()].filter((id) => id !== auction.id));
  }
}

function whyNot(error: unknown, { currency }: Auction): string {
  if (!(error instanceof RefusedError)) return refusalText(error);
  const { code, refusal } = error;
  if (code === "outbid" && refusal.least !== undefined) return t("auction.too_low", { least: money(refusal.least, currency) });
  if (code === "already_leading") return t("auction.higher");
  if (code === "too_many" && refusal.guest) return t("auction.guest");
  if (code === "bidding_blocked" && refusal.until) {
    const day = new Intl.DateTimeFormat(language.value, { dateStyle: "long" }).format(new Date(refusal.until));
    return t("auction.blocked", { day });
  }
  return refusalText(error);
}

/** Opens the checkout of a lot that was won. */
export function payLot({ hold }: HeldStock): void {
  withCheckout((parts) => void parts.loadOwn().then(() => parts.openHold(hold)));
}

/** Something here has an end, so that the server's time is to be known; the same path however often prices change. */
const timedAt = computed(() => {
  const ends = running.value.length > 0 || [...lots.value.values()].some(({ state }) => state === "placed");
  return ends ? `/v1/shows/${encodeURIComponent(show.value?.id ?? "")}` : null;
});
const joined = computed(() => (link.value.is === "joined" ? identity.value?.token : null));
const auctioned = computed(() => running.value.length > 0);

/** To be called once. */
export function followAuctions(): void {
  let asked = "";
  effect(() => {
    // Once for each sign-in, and only where there is an auction or this viewer has bid in one: most shows have none.
    if (!joined.value || asked === joined.value || !(auctioned.value || sessionStorage.getItem(tabPlace()))) return;
    asked = joined.value;
    ask().catch(() => {
      asked = "";
    });
  });
  effect(() => {
    if (timedAt.value === null) return;
    now.value = serverNow();
    return followServerTime(timedAt.value, (told) => {
      now.value = told;
    });
  });
  let known: readonly Auction[] = [];
  effect(() => {
    const here = running.value;
    const before = new Map(known.map((each) => [each.id, each]));
    known = [...here, ...known.filter(({ id }) => !here.some((each) => each.id === id))].slice(0, 50);
    const fresh = here.filter(({ id }) => !before.has(id)).map(({ product }) => product);
    if (fresh.some((product) => over.peek().has(product)))
      over.value = new Map([...over.peek()].filter(([product]) => !fresh.includes(product)));
  });
  onPush((push) => {
    if (push.type !== "auction.closed") return;
    const auction = known.find(({ id }) => id === push.auction);
    if (!auction) return;
    const { why, price, leader, reason } = push;
    if (leader) winners.value = new Map([...winners.peek(), [auction.id, leader]]);
    const told: Over = {
      auction,
      why,
      ...(price !== undefined && { price }),
      ...(leader !== undefined && { leader }),
      ...(reason && { reason }),
    };
    over.value = new Map([...over.peek(), [auction.product, told]]);
    setTimeout(() => {
      if (over.peek().get(auction.product) === told)
        over.value = new Map([...over.peek()].filter(([product]) => product !== auction.product));
    }, SHOWN_OVER_MS);
  });
  onPrivate((push) => {
    if (push.type === "hold.changed" && push.hold.auction) hearOfLot(push.hold.auction, push.hold);
  });
}
