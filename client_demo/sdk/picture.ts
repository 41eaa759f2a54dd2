import type { Room } from "./room";
import type { RoomView } from "./room_view";
import { Views } from "./room_view";
import type { JournalPush, Question, Snapshot } from "./wire";

/** What plays the show's picture. */
export interface Playback {
  /**
   * The moment at which what is seen now was made, in ms of the epoch: `hls.playingDate`, or `getStartDate()` and `currentTime` of a video.
   * Null while it is not known.
   */
  date(): number | null;
}

/** Longer than this nothing is held, in ms: a picture that is further behind has stopped, or its clock is wrong. */
const HELD_MS_MAX = 60_000;
const LOOK_EVERY_MS = 100;

/** A push that was heard before there was a hold. */
export interface Heard {
  push: JournalPush;
  /** The snapshot before it. */
  before: Snapshot;
  /** In ms of the epoch, by this device's clock. */
  at: number;
}

/** What has been published and is not shown yet. */
interface Held {
  push: JournalPush;
  /** When it was published, in ms of the epoch by the server's clock. */
  at: number;
  heardAt: number;
  /** Whether it still is what the show says. */
  holds(snapshot: Snapshot): boolean;
  /** Returns the snapshot as if it had not been published. */
  without(snapshot: Snapshot): Snapshot;
}

/**
 * Holds back what belongs to the picture (pins, answers given live, announcements) until the picture is there, and nothing else: stock,
 * prices, orders and the end of the show come as they happen. The room's own state has everything at once; `subscribe` here tells what is
 * to be shown. The show says whether: `picture_sync` is `date`, `fixed` (by its `picture_delay_ms`) or `off`. A hold that is made after its
 * room has started is given what the room's `onPush` told before (`earlier`); what stood when the room was joined is shown.
 */
export class PictureHold {
  private readonly views: Views;
  private held: Held[] = [];
  /** How far the server's clock is ahead of this device's, in ms; null until it was asked. */
  private ahead: number | null = null;
  private joins = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** What was told last: nothing new is told of the same view with as much held. */
  private told: { view: RoomView; held: number } | null = null;
  private readonly ends: (() => void)[];

  constructor(
    private readonly room: Pick<Room, "view" | "subscribe" | "onPush" | "command">,
    private readonly playback: Playback,
    private readonly now: () => number = Date.now,
    earlier: readonly Heard[] = [],
  ) {
    this.views = new Views(room.view);
    for (const { push, before, at } of earlier) this.hear(push, before, at);
    this.ends = [room.onPush((push, before) => this.hear(push, before.snapshot)), room.subscribe((view) => this.follow(view))];
  }

  /** What is to be shown now. */
  get view(): RoomView {
    return this.views.current;
  }

  /** Hears what is to be shown, now and after each change. Returns what ends it. */
  subscribe(listener: (view: RoomView) => void): () => void {
    return this.views.subscribe(listener);
  }

  /** Shows everything, and holds nothing any more. */
  end(): void {
    clearTimeout(this.timer);
    for (const end of this.ends) end();
    this.held = [];
    this.tell();
  }

  private hear(push: JournalPush, before: Snapshot, heardAt = this.now()): void {
    if (push.type === "show.ended") this.held = [];
    this.held = this.held.filter((each) => !replaces(push, each.push));
    const held = this.holding(push, before, heardAt);
    // Behind what is held already it waits too, so that nothing is shown out of order.
    if (held && (this.held.length > 0 || !this.isDue(held))) this.held.push(held);
  }

  private holding(push: JournalPush, before: Snapshot, heardAt: number): Held | null {
    const undone = undo(push, before);
    return undone && { push, at: Date.parse(push.at), heardAt, ...undone };
  }

  private follow(view: RoomView): void {
    if (view.joins !== this.joins) {
      this.joins = view.joins;
      void this.askTheTime();
    }
    this.look();
  }

  /** Lets go of what is due, tells what is to be shown, and looks again soon while something is held. */
  private look(): void {
    clearTimeout(this.timer);
    const snapshot = this.room.view.state?.snapshot;
    // A fresh snapshot may say something else: what it says is shown.
    const holds = snapshot !== undefined && this.held.every((each) => each.holds(this.upTo(each, snapshot)));
    // In order: what was published later is never shown before.
    const first = holds ? this.held.findIndex((each) => !this.isDue(each)) : -1;
    this.held = first < 0 ? [] : this.held.slice(first);
    this.tell();
    if (this.held.length > 0) this.timer = setTimeout(() => this.look(), LOOK_EVERY_MS);
  }

  /** The snapshot as it was behind one of what is held. */
  private upTo(one: Held, snapshot: Snapshot): Snapshot {
    const later = this.held.slice(this.held.indexOf(one) + 1);
    return later.reduceRight((shown, each) => each.without(shown), snapshot);
  }

  private isDue({ at, heardAt }: Held): boolean {
    const show = this.room.view.state?.snapshot.show;
    const { picture_sync: sync = "off", picture_delay_ms: delayMs = 0 } = show ?? {};
    if (sync === "off" || show?.state !== "live" || this.now() - heardAt >= HELD_MS_MAX) return true;
    const date = sync === "date" ? this.playback.date() : null;
    if (date !== null) return date >= at || at - date > HELD_MS_MAX;
    if (delayMs <= 0) return true;
    // Until the server was asked for its time, what comes is taken to come at once.
    const age = this.ahead === null ? this.now() - heardAt : this.now() + this.ahead - at;
    return age >= delayMs;
  }

  private async askTheTime(): Promise<void> {
    const asked = this.now();
    const reply = await this.room.command("ping", {}).catch(() => null);
    if (reply) this.ahead = Date.parse(reply.at) - (asked + this.now()) / 2;
  }

  private tell(): void {
    const view = this.room.view;
    const { state } = view;
    if (view === this.told?.view && this.held.length === this.told.held) return;
    this.told = { view, held: this.held.length };
    if (!state || this.held.length === 0) return this.views.change(view);
    const snapshot = this.held.reduceRight((shown, each) => each.without(shown), state.snapshot);
    this.views.change({ ...view, state: { ...state, snapshot } });
  }
}

/** Whether a push makes an earlier one, which is held, of no meaning: a removal, and whatever is said of the same question. */
function replaces(push: JournalPush, held: JournalPush): boolean {
  if (push.type === "announce.removed") return held.type === "announce";
  return push.type.startsWith("question.") && "question" in push && questionOf(push) === questionOf(held);
}

function questionOf(push: JournalPush): string | null {
  if (!("question" in push) || push.type === "question.pinned") return null;
  return (push.question as Question).id;
}

/** How what a push says of the picture is taken back; null for everything that does not belong to it. */
function undo(push: JournalPush, before: Snapshot): Pick<Held, "holds" | "without"> | null {
  switch (push.type) {
    case "product.pinned":
      return undoField("pinned_product", push.product, before);
    case "question.pinned":
      return undoField("pinned_question", push.question, before);
    case "announce":
      return {
        holds: ({ announcement }) => announcement?.at === push.at,
        without: (snapshot) => ({ ...snapshot, announcement: before.announcement }),
      };
    case "question.answered":
      return push.question.answer?.live ? undoAnswer(push.question, before) : null;
    default:
      return null;
  }
}

function undoField<F extends "pinned_product" | "pinned_question">(
  field: F,
  now: Snapshot[F],
  before: Snapshot,
): Pick<Held, "holds" | "without"> {
  return {
    holds: (snapshot) => snapshot[field] === now,
    without: (snapshot) => ({ ...snapshot, [field]: before[field] }),
  };
}

function undoAnswer({ id, version }: Question, before: Snapshot): Pick<Held, "holds" | "without"> | null {
  const former = before.questions.find((each) => each.id === id);
  if (!former) return null;
  const { state, answer } = former;
  const isIt = (each: Question): boolean => each.id === id && each.version === version;
  return {
    holds: (snapshot) => snapshot.questions.some(isIt),
    without: (snapshot) => ({
      ...snapshot,
      questions: snapshot.questions.map((each) => (isIt(each) ? { ...each, state, answer } : each)),
    }),
  };
}
