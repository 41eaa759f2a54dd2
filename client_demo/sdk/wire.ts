// The wire language of PROTOCOL.md, version 1, as types. The shapes are those of wire.schema.json, which the server writes of its own
// structs (`python -m server.protocol.schema`); tests/wire.test.ts fails when a field here and there differ.

export type Role = "viewer" | "moderator" | "host" | "analyst" | "admin";
export type Verdict = "never" | "later" | "reload" | "stop";
export type QuestionState = "pending" | "open" | "answered" | "dismissed";
export type ShowState = "scheduled" | "live" | "ended";
export type ReactionKind = "heart" | "clap" | "fire" | "laugh" | "wow";
export type DismissReason = "spam" | "off_topic" | "rude" | "duplicate" | "other";

/** A place in a show's journal. */
export interface Position {
  epoch: string;
  offset: number;
}

export interface Show {
  id: string;
  channel: string;
  title: string;
  host: string;
  state: ShowState;
  moderation: "pre" | "post";
  starts_at: string | null;
  started_at: string | null;
  ended_at: string | null;
  video: { hls: string; mp4: string; poster: string };
}

/** `price` in minor units of `currency`, `stock` in units left. */
export interface Product {
  id: string;
  title: string;
  description: string;
  image: string;
  price: number;
  currency: string;
  stock: number;
}

export interface Answer {
  text: string | null;
  live: boolean;
  at: string;
}

/** A question; the last two fields are there for staff alone. */
export interface Question {
  id: string;
  text: string;
  author: string;
  state: QuestionState;
  votes: number;
  version: number;
  asked_at: string;
  answer: Answer | null;
  dismissed_reason?: string | null;
  moderated_by?: string | null;
}

export interface Announcement {
  text: string;
  by: string;
  at: string;
}

/** Totals of a show: paid orders, units, and minor units per currency. */
export interface Sales {
  orders: number;
  units: number;
  amount: Record<string, number>;
}

/** A show's full state; `sales` is there for staff alone. */
export interface Snapshot {
  show: Show;
  products: Product[];
  pinned_product: string | null;
  pinned_question: string | null;
  announcement: Announcement | null;
  questions: Question[];
  sales?: Sales;
}

export interface Joined {
  id: number;
  type: "joined";
  viewer: string;
  role: Role;
  expires_at: string;
  recovered: boolean;
  position: Position;
  token?: string;
  snapshot?: Snapshot;
}

export interface Refusal {
  id?: number;
  type: "error";
  code: string;
  message: string;
  retry: Verdict;
  retry_after_ms?: number;
  /** With `conflict`: the question as it stands. */
  current?: Question;
  /** With `sold_out`: the units left. */
  stock?: number;
  /** With `price_changed`: the price now. */
  price?: number;
}

interface Published {
  offset: number;
  at: string;
}

export type JournalPush = Published &
  (
    | { type: "show.started" | "show.ended"; show: Show }
    | { type: "announce"; text: string; by: string }
    | { type: "question.submitted" | "question.posted" | "question.answered" | "question.restored"; question: Question }
    | { type: "question.dismissed"; question: Question | { id: string } }
    | { type: "question.voted"; votes: { question: string; votes: number }[] }
    | { type: "question.pinned"; question: string | null }
    | { type: "product.pinned"; product: string | null }
    | { type: "product.stock"; products: { product: string; stock: number }[]; sales?: Sales }
    | { type: "withheld" }
  );

export interface Pulse {
  type: "pulse";
  reactions?: Partial<Record<ReactionKind, number>>;
  viewers?: number;
  stock?: Record<string, number>;
  degraded?: boolean;
}

export interface Order {
  order: string;
  product: string;
  quantity: number;
  amount: number;
  currency: string;
  at: string;
}

type QuestionOf = { question: string; version?: number };
type QuestionMoved = { question: string; state: QuestionState; version: number };
type JournalOffset = { offset: number };
type Nothing = Record<never, never>;

/** Every command but `join` (the room does that one): what it carries and what its `ok` brings. */
export interface Commands {
  react: { fields: { kind: ReactionKind; n?: number }; reply: Nothing };
  ask: { fields: { text: string }; reply: { question: string; state: QuestionState } };
  vote: { fields: { question: string }; reply: { votes: number } };
  click: { fields: { product: string }; reply: Nothing };
  impression: { fields: { products: string[] }; reply: Nothing };
  share: { fields: { via?: string }; reply: { share: string } };
  playing: { fields: { playing?: boolean }; reply: Nothing };
  buy: { fields: { product: string; quantity: number; key: string; price?: number }; reply: Order };
  ping: { fields: Nothing; reply: { at: string } };
  announce: { fields: { text: string }; reply: JournalOffset };
  "question.approve": { fields: QuestionOf; reply: QuestionMoved };
  "question.answer": { fields: QuestionOf & { text?: string; live?: boolean }; reply: QuestionMoved };
  "question.dismiss": { fields: QuestionOf & { reason?: DismissReason }; reply: QuestionMoved };
  "question.restore": { fields: QuestionOf; reply: QuestionMoved };
  "question.pin": { fields: { question: string }; reply: QuestionMoved };
  "question.unpin": { fields: { question?: string }; reply: QuestionMoved };
  "product.pin": { fields: { product: string }; reply: JournalOffset };
  "product.unpin": { fields: { product?: string }; reply: JournalOffset };
  "product.restock": { fields: { product: string; add: number }; reply: { product: string; stock: number } };
  "show.start": { fields: Nothing; reply: { state: ShowState } };
  "show.end": { fields: Nothing; reply: { state: ShowState } };
}

export type CommandType = keyof Commands;
export type FieldsOf<T extends CommandType> = Commands[T]["fields"];
export type ReplyOf<T extends CommandType> = Commands[T]["reply"];

export type Reply = { id: number; type: "ok" | "pong"; [field: string]: unknown };
export type ReconnectPush = { type: "reconnect"; after_ms: number };
export type GapPush = { type: "gap" };
export type Line = Joined | Refusal | Reply | JournalPush | Pulse | ReconnectPush | GapPush;
