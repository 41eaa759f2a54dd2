// The wire language of PROTOCOL.md, version 1. What the server's own structs say comes generated (`npm run generate`, checked for drift);
// the rest, replies and pushes, is written here after the page.

import type { CommentPush, CommentReplies, Comments, OwnComment } from "./comment_wire";
import type * as wire from "./wire.generated";

export type { Comment, CommentPush, CommentState, Comments, CommentsFor, OwnComment } from "./comment_wire";
export type {
  Announcement,
  Answer,
  Auction,
  Giveaway,
  HeldStock,
  OwnPost,
  PlaceInLine,
  Position,
  Post,
  Product,
  Sales,
  Show,
  StaffPost,
  Survey,
  Variant,
} from "./wire.generated";

export type Role = "viewer" | "moderator" | "host" | "analyst" | "admin";
export type Verdict = "never" | "later" | "reload" | "stop";
export type QuestionState = wire.Question["state"];
export type ShowState = wire.Show["state"];
export type HoldState = wire.HeldStock["state"];
export type SurveyState = "ready" | "open" | "closed";
export type PollState = "ready" | "open" | "closed";
export type GiveawayState = wire.Giveaway["state"];
export type OfferState = "prepared" | "open" | "closed";
export type OfferEnd = "time" | "host" | "gone" | "show_ended";
export type AuctionState = "prepared" | "running" | "closed";
export type AuctionEnd = "sold" | "no_bids" | "reserve" | "cancelled" | "show_ended";
export type ReactionKind = wire.React["kind"];
export type DismissReason = NonNullable<wire.QuestionDismiss["reason"]>;

/** A question; what `wire.StaffQuestion` has beyond `wire.Question` is there for staff alone. */
export type Question = wire.Question & Partial<Omit<wire.StaffQuestion, keyof wire.Question>>;

/** A poll that is open, or whose result is shown; `apart`, and all counts while it is open, are there for staff alone. */
export type Poll = wire.Poll & Partial<Omit<wire.StaffPoll, keyof wire.Poll>>;

/** An open offer; its terms, and what was taken under it, are there for staff alone. */
export type Offer = wire.Offer & Partial<Omit<wire.StaffOffer, keyof wire.Offer>>;

/** A show's full state; `sales` is there for staff alone. */
export type Snapshot = Omit<wire.Snapshot, "questions" | "offers" | "comments" | "poll" | "stages"> & {
  questions: Question[];
  poll?: Poll;
  offers?: Offer[];
  sales?: wire.Sales;
  banned?: wire.Banned[];
  comments?: Comments;
  sanctions?: wire.Sanction[];
  reported?: wire.Reported[];
  stages?: Stage[];
  /** So many viewers' posts of this show wait for a moderator. */
  posts_waiting?: number;
  arrivals?: wire.Arrival[];
  declined?: wire.Declined[];
};

/** A host's stage. Viewers read the `question` that its host has before them; staff `host` and all `questions` there, that one first. */
export type Stage = Pick<wire.Stage, "name"> & Partial<wire.Stage & wire.StaffStage>;

export interface Joined {
  id: number;
  type: "joined";
  viewer: string;
  role: Role;
  expires_at: string;
  recovered: boolean;
  position: wire.Position;
  token?: string;
  /** The name is reserved for staff here; `name` and `guest` say what the viewer is called instead. */
  name_refused?: boolean;
  name?: string;
  guest?: number;
  snapshot?: Snapshot;
}

export interface Refusal {
  id?: number;
  type: "error";
  code: string;
  message: string;
  retry: Verdict;
  retry_after_ms?: number;
  /** With `banned`, of a guest who is new: as whom they read why, and appeal. */
  token?: string;
  /** With `conflict`: the question as it stands. */
  current?: Question;
  /** With `conflict`: who works on the question. */
  claimed_by?: wire.Claimed;
  /** With `conflict`: on whose stage the question stands, and who put it there. */
  staged?: { name: string; by: string } | null;
  /** With `already_voted`: what was voted, which stays. */
  choices?: number[];
  /** With `sold_out`: the units left. */
  stock?: number;
  /** With `sold_out`: how many viewers are in line, where there are any. */
  waiting?: number;
  /** With `too_many`: how many units one viewer may buy in the show, and how many of them are left to this one. */
  limit?: number;
  left?: number;
  /** With `too_many`: it is what somebody without a name may have at once. */
  guest?: boolean;
  /** With a refused hold: the product of the line that is to blame. */
  product?: string;
  /** With `price_changed`: the price now. With `outbid` too, once somebody has bid. */
  price?: number;
  /** With `outbid`: the least bid that counts. */
  least?: number;
  /** With `already_leading`: how far the bidder goes. */
  max?: number;
  /** With `bidding_blocked`: until when. */
  until?: string;
}

/** The newest count of a question's votes; staff also get those that count apart. */
export interface QuestionVotes {
  question: string;
  votes: number;
  votes_apart?: number;
}

/** The units left under an offer; staff also get what was taken under it, `amount` in minor units. */
export interface OfferStock {
  offer: string;
  left?: number;
  sold?: number;
  held?: number;
  amount?: number;
}

/** What this viewer is offered: `limit` units to each viewer, of which `mine` are taken. */
export interface OfferSeen {
  offer: string;
  product: string;
  price: number;
  currency: string;
  units_left: number;
  mine: number;
  closes_at?: string;
  limit?: number;
}

/** A bid that counts, and how the auction stood right after it; `bidder` is the viewer's number there. */
export interface BidTaken {
  auction: string;
  bidder: number;
  leading: boolean;
  max: number;
  price: number;
  least: number;
  currency: string;
  ends_at: string;
}

interface Published {
  offset: number;
  at: string;
}

/** A product as it was pinned: `price`, of variants the lowest, in minor units of `currency`. */
export interface ShownProduct {
  readonly title: string;
  readonly image: string;
  readonly price: number;
  readonly currency: string;
}

export type JournalPush = Published &
  (
    | { type: "show.started" | "show.ended" | "show.changed"; show: wire.Show }
    | { type: "line_up.changed"; products: wire.Product[] }
    | { type: "announce"; text: string; by: string; name?: string }
    | { type: "announce.removed"; announcement: number }
    | {
        type:
          | "question.submitted"
          | "question.posted"
          | "question.answered"
          | "question.restored"
          | "question.changed"
          | "question.erased";
        question: Question;
      }
    | { type: "question.dismissed"; question: Question | { id: string } }
    | { type: "question.voted"; votes: QuestionVotes[] }
    | { type: "question.pinned"; question: string | null; pinned?: Question | null }
    | { type: "arrivals.changed"; arrivals: wire.Arrival[] }
    | { type: "arrivals.declined"; declined: wire.Declined[] }
    | { type: "hand_over.declined"; hand_over: wire.HandOver }
    | { type: "stage.changed"; stages: Stage[]; questions: Question[] }
    | { type: "product.pinned"; product: string | null; shown?: ShownProduct | null }
    | { type: "order.counted"; product: string; buyers: number; seconds: number }
    | { type: "product.stock"; products: { product: string; stock: number }[]; sales?: wire.Sales }
    | { type: "product.sold_out"; product: string }
    | { type: "product.back_in_stock"; product: string; stock: number }
    | { type: "product.changed"; products: wire.Product[]; removed: string[] }
    | { type: "survey.opened"; survey: wire.Survey }
    | { type: "survey.closed"; survey: string }
    | { type: "poll.opened" | "poll.closed"; poll: Poll }
    | { type: "poll.counted"; poll: string; voters: number; counts?: number[]; apart?: number }
    | { type: "poll.hidden"; poll: string }
    | { type: "giveaway.changed"; giveaway: wire.Giveaway }
    | { type: "giveaway.counted"; giveaway: string; entries: number }
    | { type: "giveaway.hidden"; giveaway: string }
    | { type: "post.shown"; post: wire.Post }
    | { type: "post.hidden" | "post.removed"; post: string }
    | { type: "posts.waiting"; waiting: number }
    | { type: "offer.opened"; offer: Offer }
    | { type: "offer.closed"; offer: string; why: OfferEnd }
    | { type: "offer.stock"; offers: OfferStock[] }
    | { type: "auction.opened"; auction: wire.Auction }
    | { type: "auction.bid"; auction: string; price: number; least: number; leader: number; bids: number; reserve_met?: boolean }
    | { type: "auction.extended"; auction: string; ends_at: string }
    | { type: "auction.closed"; auction: string; why: AuctionEnd; price?: number; leader?: number; reason?: string }
    | CommentPush
    | { type: "viewer.banned"; banned: wire.Banned; sanction?: wire.Sanction }
    | { type: "viewer.unbanned"; viewer: string; sanctions?: string[] }
    | { type: "sanction.changed"; sanction: wire.Sanction; lifted: boolean }
    | { type: "report.changed"; reported: wire.Reported }
    | { type: "withheld" }
  );

export interface Pulse {
  type: "pulse";
  reactions?: Partial<Record<ReactionKind, number>>;
  viewers?: number;
  stock?: Record<string, number>;
  degraded?: boolean;
  reactions_apart?: number;
}

/** What became of an order; `shipped_at`, `carrier` and `tracking` are those of the parcel that went off last. */
export interface Standing {
  /** Absent: `paid`. */
  state?: "paid" | "shipped" | "partially_refunded" | "refunded" | "cancelled";
  /** Given back in all, in minor units. */
  refunded?: number;
  shipped_at?: string;
  carrier?: string;
  /** Where the buyer follows it: an https address. */
  tracking?: string;
}

export interface Order extends Standing {
  order: string;
  /** What people call it by; unique in the channel. */
  number: string;
  product: string;
  quantity: number;
  amount: number;
  currency: string;
  at: string;
  /** The key that it was bought under; not in the reply to `buy`, which its sender knows. */
  key?: string;
  /** All of it where there are several; `product` and `quantity` are the first one's. Not in the reply to `buy`. */
  lines?: OrderLine[];
  /** Of one that went by the checkout, minor units of `currency`: `amount` is less `discount`, and with `shipping` it is `total`. */
  discount?: number | null;
  shipping?: number | null;
  total?: number | null;
  /** The part of `total` that is tax. */
  tax?: number | null;
  tax_name?: string | null;
  tax_percent?: number | null;
  /** The newest last. */
  parcels?: Parcel[];
}

/** What went off at once; `tracking` is an https address, or empty. */
export interface Parcel {
  shipped_at: string;
  carrier: string;
  tracking: string;
  /** So many units of each line, by its place in the order. */
  lines: { line: number; quantity: number }[];
}

/** Units of one product, or variant, of an order, in minor units of its currency. */
export interface OrderLine {
  product: string;
  quantity: number;
  unit_price: number;
  amount: number;
}

/** How a place in line stands: `position` while it waits, `hold` and `expires_at` when it is its turn. */
export type InLine = Pick<wire.PlaceInLine, "place" | "state" | "quantity" | "position" | "hold" | "expires_at">;

export type PaymentState = "created" | "pending" | "authorized" | "failed" | "cancelled" | "captured" | "refunding" | "refunded";

/**
 * One try to pay for a hold. `redirect`: where the buyer has to go; `pay_by`: until when it may be paid, where that is later than the hold's
 * own end; `order`: what it has become; `why`: why it failed or went back.
 */
export interface Payment {
  payment: string;
  hold: string;
  state: PaymentState;
  /** Minor units of `currency`. */
  amount: number;
  currency: string;
  redirect?: string;
  pay_by?: string;
  order?: string;
  why?: string;
}

/** What a viewer has voted now, and how the poll stands with it; no `counts` while they are hidden until the close. */
export interface PollVoted {
  poll: string;
  choices: number[];
  voters: number;
  counts?: number[];
}

type PollMoved = { poll: string; state: PollState; version: number };
/** Told to a winner alone: what they have won, and until when they may claim it. */
export interface GiveawayOwn {
  giveaway: string;
  prize: string;
  ticket: string;
  rank: number;
  state: wire.Winner["state"];
  claim_by: string;
}

type GiveawayMoved = { giveaway: string; state: GiveawayState; version: number };
type Moved = { question: string; state: QuestionState; version: number };
type JournalOffset = { offset: number };
type Nothing = Record<never, never>;

/** How a sanction stands; `until` when it has an end. */
interface Sanctioned {
  sanction: string;
  viewer: string;
  version: number;
  lifted?: boolean;
  until?: string;
}

/** What the `ok` (or `pong`) of each command brings; `join` is not here, since the room sends that one itself. */
interface Replies extends CommentReplies {
  react: Nothing;
  ask: { question: string; state: QuestionState };
  vote: { votes: number };
  click: Nothing;
  impression: Nothing;
  share: { share: string };
  playing: Nothing;
  buy: Order;
  hold: { hold: string; expires_at: string; amount: number; currency: string };
  "hold.exchange": { hold: string; expires_at: string; amount: number; currency: string };
  "hold.release": { hold: string; state: HoldState };
  "waitlist.join": InLine;
  "waitlist.leave": InLine;
  pay: Payment;
  "pay.cancel": Payment;
  ping: { at: string };
  announce: JournalOffset;
  "announce.remove": JournalOffset;
  "question.approve": Moved;
  "question.answer": Moved;
  "question.hold": Moved;
  "question.begin": Moved;
  "question.undo": Moved;
  "question.merge": Moved;
  "question.label": Moved;
  "question.many": { results: wire.ActDone[] };
  "question.withdraw": Moved;
  "question.claim": Moved & { until: string };
  "question.release": Moved;
  "question.answering": Nothing;
  "question.dismiss": Moved;
  "question.restore": Moved;
  "question.pin": Moved;
  "question.unpin": Moved;
  "question.stage": Moved;
  "arrival.settle": { show: string };
  "arrival.decline": { show: string; declined: boolean };
  "question.unstage": Moved;
  "product.pin": JournalOffset;
  "product.unpin": JournalOffset;
  "product.restock": { product: string; stock: number };
  "survey.answer": { survey: string };
  "survey.shown": Nothing;
  "survey.open": { survey: string; state: SurveyState };
  "survey.close": { survey: string; state: SurveyState };
  "poll.vote": PollVoted;
  "poll.see": { poll: string; state: PollState; voters: number; counts?: number[] };
  "poll.open": PollMoved;
  "poll.close": PollMoved;
  "poll.hide": PollMoved;
  "giveaway.enter": { giveaway: string; ticket: string; entries: number };
  "giveaway.claim": { giveaway: string; rank: number };
  "giveaway.open": GiveawayMoved;
  "giveaway.close": GiveawayMoved;
  "giveaway.draw": GiveawayMoved;
  "giveaway.cancel": GiveawayMoved;
  "giveaway.hide": GiveawayMoved;
  "post.show": { post: string; shown: boolean };
  "post.hide": { post: string; shown: boolean };
  "offer.see": OfferSeen;
  "offer.open": { offer: string; state: OfferState };
  "offer.close": { offer: string; state: OfferState };
  bid: BidTaken;
  "auction.start": { auction: string; state: AuctionState };
  "auction.cancel": { auction: string; state: AuctionState };
  "viewer.ban": { viewer: string };
  "viewer.unban": { viewer: string };
  "show.moderate": Pick<wire.Show, "moderation" | "version"> & { slow_seconds: number | null };
  "show.hand_over": Pick<wire.Show, "hand_over" | "version">;
  "viewer.sanction": Sanctioned;
  "sanction.lift": Sanctioned;
  "appeal.answer": Sanctioned;
  report: { item: string };
  "report.settle": { item: string };
  "show.start": { state: ShowState };
  "show.end": { state: ShowState };
}

export type CommandType = Exclude<wire.Command["type"], "join">;
export type FieldsOf<T extends CommandType> = Omit<Extract<wire.Command, { type: T }>, "type" | "id">;
export type ReplyOf<T extends CommandType> = Replies[T];

export type Reply = { id: number; type: "ok" | "pong"; [field: string]: unknown };
export type ReconnectPush = { type: "reconnect"; after_ms: number };
export type GapPush = { type: "gap" };
/** For staff: who is writing an answer to a question now; forgotten unless told again within `for_ms`. */
export type AnsweringPush = {
  type: "question.answering";
  question: string;
  by: { viewer: string; name: string }[];
  for_ms: number;
};
/** Told to one viewer's own connections alone; it has no position and may be lost. */
export type PrivatePush =
  | { type: "question.own"; question: Question; into?: Question }
  | { type: "comment.own"; comment: OwnComment }
  | { type: "sanction.own"; sanction: wire.OwnSanction }
  | ({ type: "giveaway.own" } & GiveawayOwn)
  | { type: "post.own"; post: wire.OwnPost }
  | { type: "hold.changed"; hold: wire.HeldStock }
  | { type: "waitlist.changed"; place: wire.PlaceInLine }
  | ({ type: "payment.changed" } & Payment)
  | ({ type: "order.changed"; order: string; number: string; currency: string } & Standing);
export type Line = Joined | Refusal | Reply | JournalPush | Pulse | ReconnectPush | GapPush | AnsweringPush | PrivatePush;
