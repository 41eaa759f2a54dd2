import { applyPush, begin, type RoomState } from "./state";
import type { JournalPush, Question, Show, ShownProduct, Snapshot } from "./wire";

/** A journal push as it is told again, at a place of the show: `show_ms` milliseconds after its start. */
export interface Moment {
  readonly show_ms: number;
  readonly push: JournalPush;
}

/** What viewers saw at a place of the show. */
export interface Replayed {
  readonly room: RoomState;
  /** By product what is known of it then: of what was pinned, or changed, until there. */
  readonly shown: Readonly<Record<string, ShownProduct>>;
}

/** Returns what is there before the first moment: a show in which nothing has been said yet. */
export function beginReplay(show: Show): Replayed {
  const snapshot: Snapshot = {
    show,
    products: [],
    pinned_product: null,
    pinned_question: null,
    announcement: null,
    questions: [],
  };
  return { room: begin({ epoch: "", offset: 0 }, snapshot, null), shown: {} };
}

/** Returns what viewers saw behind one moment more. Pure; what is given is not changed. */
export function applyMoment(before: Replayed, { push }: Moment): Replayed {
  return { room: applyPush(before.room, push), shown: shownAfter(before.shown, push) };
}

function shownAfter(shown: Replayed["shown"], push: JournalPush): Replayed["shown"] {
  switch (push.type) {
    case "product.pinned":
      return push.product && push.shown ? { ...shown, [push.product]: push.shown } : shown;
    case "product.changed":
    case "line_up.changed":
      return {
        ...shown,
        ...Object.fromEntries(
          push.products.map(({ id, title, image, price, currency }) => [id, { title, image, price, currency }]),
        ),
      };
    default:
      return shown;
  }
}

/** After so many moments what is seen is kept, so that going back begins there and not at the start; of a long show more rarely. */
const KEPT_EVERY = 64;
const KEPT_MAX = 128;

/** All moments that have come so far, and what is seen at any place. They must be given in the order of their offsets. */
export class Timeline {
  private readonly moments: Moment[] = [];
  /** The greatest place up to each moment: clocks of several servers differ a little, and the order of the offsets counts. */
  private readonly places: number[] = [];
  private kept: Replayed[];
  private every = KEPT_EVERY;
  private last: { count: number; seen: Replayed } | null = null;

  constructor(show: Show) {
    this.kept = [beginReplay(show)];
  }

  get all(): readonly Moment[] {
    return this.moments;
  }

  /** The place of the last moment; none has come behind it. */
  get until(): number {
    return this.places.at(-1) ?? Number.NEGATIVE_INFINITY;
  }

  add(moments: readonly Moment[]): void {
    for (const moment of moments) {
      this.places.push(Math.max(this.until, moment.show_ms));
      this.moments.push(moment);
    }
  }

  /** Returns what viewers saw at a place: the same whichever way it is come to. */
  at(showMs: number): Replayed {
    const count = this.countUntil(showMs);
    if (this.last?.count === count) return this.last.seen;
    while (this.kept.length * this.every <= count) {
      const from = (this.kept.length - 1) * this.every;
      this.kept.push(this.applied(this.kept.at(-1) as Replayed, from, from + this.every));
      if (this.kept.length > KEPT_MAX) this.keepFewer();
    }
    const i = Math.floor(count / this.every);
    const seen = this.applied(this.kept[i] as Replayed, i * this.every, count);
    this.last = { count, seen };
    return seen;
  }

  private keepFewer(): void {
    this.kept = this.kept.filter((_, i) => i % 2 === 0);
    this.every *= 2;
  }

  private applied(before: Replayed, from: number, to: number): Replayed {
    return this.moments.slice(from, to).reduce(applyMoment, before);
  }

  /** How many moments there are up to a place. */
  private countUntil(showMs: number): number {
    let low = 0;
    let high = this.places.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.places[middle] as number) <= showMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

export type ChapterKind = "answer" | "pin" | "offer" | "poll" | "giveaway" | "auction" | "announcement";

/** Where something begins that one may want to go to; `about` is the question's or product's id, `text` what it is called. */
export interface Chapter {
  readonly showMs: number;
  readonly kind: ChapterKind;
  readonly about: string;
  readonly text: string;
}

/** Returns where questions are answered, the last answer of each; one that was taken back has none. By question's id. */
export function answersOf(moments: readonly Moment[]): ReadonlyMap<string, Chapter> {
  const answers = new Map<string, Chapter>();
  for (const { show_ms, push } of moments) {
    if (!("question" in push) || typeof push.question !== "object" || push.question === null) continue;
    const { id, answer, text } = push.question as Partial<Question> & { id: string };
    if (!answer) answers.delete(id);
    else if (push.type === "question.answered")
      answers.set(id, { showMs: answer.show_ms ?? show_ms, kind: "answer", about: id, text: text ?? "" });
  }
  return answers;
}

/** Returns where something begins, in the order of the places. */
export function chaptersOf(moments: readonly Moment[]): Chapter[] {
  const titles = new Map<string, string>();
  const found: Chapter[] = [];
  for (const { show_ms: showMs, push } of moments) {
    const chapter = chapterOf(push, titles);
    if (chapter) found.push({ showMs, ...chapter });
  }
  found.push(...answersOf(moments).values());
  return found.sort((a, b) => a.showMs - b.showMs);
}

function chapterOf(push: JournalPush, titles: Map<string, string>): Omit<Chapter, "showMs"> | null {
  const of = (product: string): { about: string; text: string } => ({ about: product, text: titles.get(product) ?? "" });
  switch (push.type) {
    case "product.changed":
    case "line_up.changed":
      for (const { id, title } of push.products) titles.set(id, title);
      return null;
    case "product.pinned":
      if (push.product && push.shown) titles.set(push.product, push.shown.title);
      return push.product ? { kind: "pin", ...of(push.product) } : null;
    case "offer.opened":
      return { kind: "offer", ...of(push.offer.product) };
    case "auction.opened":
      return { kind: "auction", ...of(push.auction.product) };
    case "poll.opened":
      return { kind: "poll", about: push.poll.id, text: push.poll.question };
    case "giveaway.changed":
      return push.giveaway.state === "open" ? { kind: "giveaway", about: push.giveaway.id, text: push.giveaway.prize } : null;
    case "announce":
      return { kind: "announcement", about: "", text: push.text };
    default:
      return null;
  }
}
