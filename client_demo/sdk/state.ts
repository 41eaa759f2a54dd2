import { nextComments } from "./comments";
import { nextSanctions } from "./sanctions";
import type {
  Announcement,
  Auction,
  JournalPush,
  Offer,
  Position,
  Product,
  Pulse,
  Question,
  ReactionKind,
  Snapshot,
} from "./wire";

/** What is known of a show: the snapshot with every push up to `position` applied, and beside it the pulse, which has no position. */
export interface RoomState {
  readonly position: Position;
  /** The position of the snapshot that it began with: another object after each fresh snapshot, the same while it recovers. */
  readonly since: Position;
  readonly snapshot: Snapshot;
  readonly viewers: number | null;
  readonly reactions: Readonly<Partial<Record<ReactionKind, number>>>;
  readonly degraded: boolean;
  /** Taps that are in no total; staff alone hear of them. */
  readonly apart: number;
}

/** How many questions a snapshot holds; the reducer drops the oldest beyond it, as the server does. */
export const QUESTIONS_MAX = 200;

/** Returns the state that a `joined` with a snapshot begins; what the pulse said before stays until it says more. */
export function begin(position: Position, snapshot: Snapshot, before: RoomState | null): RoomState {
  return {
    position,
    since: position,
    snapshot,
    viewers: before?.viewers ?? null,
    reactions: before?.reactions ?? {},
    degraded: before?.degraded ?? false,
    apart: before?.apart ?? 0,
  };
}

/** What an offset means to a state: the next one, one that was applied already, or a hole before it. */
export function place(position: Position, offset: number): "next" | "seen" | "jump" {
  if (offset <= position.offset) return "seen";
  return offset === position.offset + 1 ? "next" : "jump";
}

/** Returns the state after one journal push, which must be the next. Pure; the state given is not changed. */
export function applyPush(state: RoomState, push: JournalPush): RoomState {
  return {
    ...state,
    position: { epoch: state.position.epoch, offset: push.offset },
    snapshot: nextSnapshot(state.snapshot, push),
  };
}

/** Returns the state after a pulse: only what is there changes. */
export function applyPulse(state: RoomState, pulse: Pulse): RoomState {
  return {
    ...state,
    viewers: pulse.viewers ?? state.viewers,
    reactions: pulse.reactions ? { ...state.reactions, ...pulse.reactions } : state.reactions,
    degraded: pulse.degraded ?? state.degraded,
    apart: pulse.reactions_apart ?? state.apart,
    snapshot: pulse.stock ? withStock(state.snapshot, new Map(Object.entries(pulse.stock))) : state.snapshot,
  };
}

function nextSnapshot(snapshot: Snapshot, push: JournalPush): Snapshot {
  switch (push.type) {
    case "show.started":
    case "show.ended":
    case "show.changed":
      return { ...snapshot, show: push.show };
    case "line_up.changed":
      return { ...snapshot, products: push.products };
    case "announce":
      return { ...snapshot, announcement: announcementOf(push) };
    case "announce.removed":
      return (snapshot.announcement?.offset ?? 0) === push.announcement ? { ...snapshot, announcement: null } : snapshot;
    case "question.submitted":
    case "question.posted":
    case "question.answered":
    case "question.restored":
    case "question.changed":
    case "question.erased":
      return withQuestion(snapshot, push.question);
    case "question.dismissed":
      return withDismissed(snapshot, push.question);
    case "question.voted":
      return withVotes(snapshot, new Map(push.votes.map(({ question, ...counts }) => [question, counts])));
    case "question.pinned":
      return { ...snapshot, pinned_question: push.question };
    case "stage.changed":
      return withPart(snapshot, "stages", push.stages);
    case "arrivals.changed":
      return withPart(snapshot, "arrivals", push.arrivals);
    case "arrivals.declined":
      return withPart(snapshot, "declined", push.declined);
    case "product.pinned":
      return { ...snapshot, pinned_product: push.product };
    case "product.stock": {
      const stocked = withStock(snapshot, new Map(push.products.map((each) => [each.product, each.stock])));
      return push.sales ? { ...stocked, sales: push.sales } : stocked;
    }
    case "product.sold_out":
      return withStock(snapshot, new Map([[push.product, 0]]));
    case "product.back_in_stock":
      return withStock(snapshot, new Map([[push.product, push.stock]]));
    case "product.changed":
      return withProducts(snapshot, push.products, push.removed);
    case "survey.opened":
    case "poll.opened":
    case "poll.closed":
    case "giveaway.changed":
    case "post.shown":
      return { ...snapshot, [partOf(push)]: (push as Partial<Snapshot>)[partOf(push)] };
    case "survey.closed":
    case "poll.hidden":
    case "giveaway.hidden":
    case "post.hidden":
    case "post.removed":
      return without(snapshot, push);
    case "poll.counted":
      return withCounts(snapshot, push);
    case "giveaway.counted": {
      const { giveaway } = snapshot;
      return giveaway?.id === push.giveaway ? { ...snapshot, giveaway: { ...giveaway, entries: push.entries } } : snapshot;
    }
    case "posts.waiting":
      return { ...snapshot, posts_waiting: push.waiting };
    case "offer.opened":
      return withOffers(snapshot, [...(snapshot.offers ?? []), push.offer]);
    case "offer.closed":
      return withOffers(
        snapshot,
        (snapshot.offers ?? []).filter(({ id }) => id !== push.offer),
      );
    case "offer.stock": {
      const units = new Map(push.offers.map(({ offer, ...now }) => [offer, now]));
      return withOffers(
        snapshot,
        (snapshot.offers ?? []).map((each) => ({ ...each, ...units.get(each.id) })),
      );
    }
    case "auction.opened":
      return withAuctions(snapshot, [...(snapshot.auctions ?? []), push.auction]);
    case "auction.closed":
      return withAuctions(
        snapshot,
        (snapshot.auctions ?? []).filter(({ id }) => id !== push.auction),
      );
    case "auction.bid":
    case "auction.extended": {
      const { type: _type, offset: _offset, at: _at, auction, ...now } = push;
      return withAuctions(
        snapshot,
        (snapshot.auctions ?? []).map((each) => (each.id === auction ? { ...each, ...now } : each)),
      );
    }
    case "comment.posted":
    case "comment.changed":
    case "comment.removed":
    case "comment.erased":
    case "comment.reacted":
      return { ...snapshot, comments: nextComments(snapshot.comments, push) };
    case "viewer.banned":
    case "viewer.unbanned":
    case "sanction.changed":
    case "report.changed":
      return nextSanctions(snapshot, push);
    default:
      // `withheld`, and what a later server may say: only the position moves.
      return snapshot;
  }
}

/** What stands before everybody, one of each. */
type Shown = "survey" | "poll" | "giveaway" | "post";

function partOf({ type }: JournalPush): Shown {
  return type.split(".")[0] as Shown;
}

/** Without what was shown, if it was this one. */
function without(snapshot: Snapshot, push: JournalPush & Partial<Record<Shown, string>>): Snapshot {
  const part = partOf(push);
  if (snapshot[part]?.id !== push[part]) return snapshot;
  const { [part]: _, ...rest } = snapshot;
  return rest as Snapshot;
}

function withCounts(snapshot: Snapshot, push: Extract<JournalPush, { type: "poll.counted" }>): Snapshot {
  const { type: _type, offset: _offset, at: _at, poll, ...now } = push;
  return snapshot.poll?.id === poll ? { ...snapshot, poll: { ...snapshot.poll, ...now } } : snapshot;
}

/** With one of its lists as it is now; there is no such part when nothing is in it. */
function withPart<P extends "stages" | "arrivals" | "declined" | "offers" | "auctions">(
  snapshot: Snapshot,
  part: P,
  list: Snapshot[P],
): Snapshot {
  const { [part]: _, ...rest } = snapshot;
  return list?.length ? { ...snapshot, [part]: list } : (rest as Snapshot);
}

const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : 1);

function withOffers(snapshot: Snapshot, offers: readonly Offer[]): Snapshot {
  return withPart(snapshot, "offers", [...offers].sort(byId));
}

function withAuctions(snapshot: Snapshot, auctions: readonly Auction[]): Snapshot {
  return withPart(snapshot, "auctions", [...auctions].sort(byId));
}

function announcementOf({ text, by, at, name, offset }: Extract<JournalPush, { type: "announce" }>): Announcement {
  return { text, by, at, offset, ...(name && { name }) };
}

/** Newest first: ids grow with time. */
function newerFirst(a: Question, b: Question): number {
  return a.id < b.id ? 1 : -1;
}

function withQuestion(snapshot: Snapshot, question: Question): Snapshot {
  const others = snapshot.questions.filter((each) => each.id !== question.id);
  const questions = [question, ...others].sort(newerFirst).slice(0, QUESTIONS_MAX);
  return { ...snapshot, questions };
}

function withDismissed(snapshot: Snapshot, question: Question | { id: string }): Snapshot {
  if ("text" in question) return withQuestion(snapshot, question);
  return { ...snapshot, questions: snapshot.questions.filter((each) => each.id !== question.id) };
}

function withVotes(snapshot: Snapshot, votes: ReadonlyMap<string, Partial<Question>>): Snapshot {
  const questions = snapshot.questions.map((each) => {
    const now = votes.get(each.id);
    return now === undefined ? each : { ...each, ...now };
  });
  return { ...snapshot, questions };
}

function withStock(snapshot: Snapshot, stock: ReadonlyMap<string, number>): Snapshot {
  const stocked = <Sold extends { readonly id: string; readonly stock: number }>(each: Sold): Sold => {
    const now = stock.get(each.id);
    return now === undefined || now === each.stock ? each : { ...each, stock: now };
  };
  const products = snapshot.products.map((each) => {
    const { variants } = each;
    if (!variants?.some(({ id }) => stock.has(id))) return stocked(each);
    return { ...stocked(each), variants: variants.map(stocked) };
  });
  return { ...snapshot, products };
}

/** In the merchant's order: by rank, then by id. */
function withProducts(snapshot: Snapshot, changed: readonly Product[], removed: readonly string[]): Snapshot {
  const gone = new Set([...removed, ...changed.map(({ id }) => id)]);
  const products = [...snapshot.products.filter(({ id }) => !gone.has(id)), ...changed];
  products.sort((a, b) => a.rank - b.rank || byId(a, b));
  return { ...snapshot, products };
}
