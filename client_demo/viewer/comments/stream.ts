// The stream of comments as this page draws it: what everybody is shown, one's own beside it, and what came while one has scrolled up.
import { computed, effect, signal } from "@preact/signals";
import type { Comment, OwnComment, ReactionKind } from "../../sdk";
import { HeldComments } from "../../shared/comments/held";
import { forgetKey, keyOf } from "../../shared/drafts";
import { request } from "../../shared/server";
import { myComments, myReacted } from "../me";
import { identity, onPrivate, onPush, room, roomState, show } from "../session";
import { type Part, Rate } from "./rate";

const DRAWN_MAX = 200;
const RATE_SAID_MS = 5_000;

/** A line of the stream; `n` is missing for one's own that nobody else was shown, `state` there for one's own. */
export type Line = Omit<Comment, "n" | "state"> & { n?: number; state?: OwnComment["state"]; own: boolean; why?: string };

const held = new HeldComments();
const rate = new Rate();
/** Another number after each change of what is held. */
const changes = signal(0);
function changed(): void {
  changes.value = changes.peek() + 1;
}

/** Up to which place is drawn while one has scrolled up; null: the newest are followed. */
const stoppedAt = signal<number | null>(null);

/** At a replay: what had been said last at the place that is watched. */
export const saidThen = signal<readonly Comment[] | null>(null);

export const part = signal<Part | null>(null);
export const earlierFailed = signal(false);
export const isFollowing = computed(() => stoppedAt.value === null);
/** How many have come since one has scrolled up. */
export const newCount = computed(() => {
  changes.value;
  return stoppedAt.value === null ? 0 : held.list(null, null).filter(({ n }) => n > (stoppedAt.value ?? 0)).length;
});
/** Whether there were comments before the first one that is drawn. */
export const hasEarlier = computed(() => {
  changes.value;
  return saidThen.value === null && held.first > 1;
});

export const lines = computed<Line[]>(() => {
  changes.value;
  const shown = saidThen.value ?? held.list(stoppedAt.value, stoppedAt.value === null ? DRAWN_MAX : null);
  const mine = new Map(myComments.value.map((each) => [each.id, each]));
  const others = shown.map((each) => lineOf(each, mine.get(each.id)));
  if (saidThen.value) return others;
  const ids = new Set(others.map(({ id }) => id));
  const since = shown[0]?.at ?? "";
  const alone = [...mine.values()]
    .filter(({ id, state, at }) => !ids.has(id) && state !== "withdrawn" && (at >= since || held.first === 1))
    .map((each) => ({ ...each, own: true }) as Line);
  if (alone.length === 0) return others;
  return [...others, ...alone].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
});

const made = new WeakMap<Comment, Line>();

/** The same comment is the same line, so that hundreds of them are not drawn anew with each push. */
function lineOf(comment: Comment, mine: OwnComment | undefined): Line {
  if (mine) return { ...comment, state: mine.state, own: true } as Line;
  const line = made.get(comment) ?? ({ ...comment, own: false } as Line);
  made.set(comment, line);
  return line;
}

/** To be called once. */
export function followComments(): void {
  // Another object after each fresh snapshot, the same while the room recovers.
  const since = computed(() => roomState.value?.since);
  effect(() => {
    if (!since.value) return;
    held.begin(roomState.peek()?.snapshot.comments ?? null);
    stoppedAt.value = null;
    changed();
  });
  onPush((push) => {
    if (!held.hear(push)) return;
    if (push.type === "comment.posted") {
      rate.hear(Date.now(), push.written, push.shown);
      sayPart();
    }
    if (isFollowing.peek()) held.trim(DRAWN_MAX);
    else held.trim();
    changed();
  });
  onPrivate((push) => {
    if (push.type === "comment.own") remember(push.comment);
  });
}

let fading: ReturnType<typeof setTimeout> | undefined;

function sayPart(): void {
  const now = rate.part(Date.now());
  if (now?.shown !== part.peek()?.shown || now?.written !== part.peek()?.written) part.value = now;
  clearTimeout(fading);
  fading = setTimeout(() => (part.value = null), RATE_SAID_MS);
}

/** What one reads stays where it is while one looks back. */
export function stopFollowing(): void {
  if (stoppedAt.peek() === null) stoppedAt.value = held.list(null, null).at(-1)?.n ?? 0;
}

export function followAgain(): void {
  stoppedAt.value = null;
}

/** Loads what came before the first one that is held. */
export async function loadEarlier(): Promise<void> {
  const token = identity.peek()?.token;
  const address = `/shows/${encodeURIComponent(show.peek()?.id ?? "")}/comments?cursor=${held.first}`;
  try {
    const page = await request<{ comments: Comment[] }>(address, { ...(token && { token }) });
    stopFollowing();
    held.take(page.comments);
    earlierFailed.value = false;
    changed();
  } catch {
    earlierFailed.value = true;
  }
}

/** Writes a comment; what stands in the box at `place` keeps its key until it is known to have arrived. */
export async function write(place: string, text: string): Promise<void> {
  const reply = await room().command("comment", { text, key: keyOf(place, text) });
  forgetKey(place, text);
  remember({ id: reply.comment, text, author: "", at: reply.at, state: reply.state, version: 0 });
}

export async function withdraw(id: string): Promise<void> {
  const { state, version } = await room().command("comment.withdraw", { comment: id });
  const mine = myComments.peek().find((each) => each.id === id);
  if (mine) remember({ ...mine, state, version });
}

/** Reacts at once on the page, and takes it back when the server refuses. */
export async function react(comment: string, kind: ReactionKind): Promise<void> {
  const before = myReacted.peek()[comment] ?? [];
  const on = !before.includes(kind);
  mark(comment, kind, on);
  try {
    await room().command("comment.react", { comment, kind, on });
  } catch (error) {
    mark(comment, kind, !on);
    throw error;
  }
}

function mark(comment: string, kind: ReactionKind, on: boolean): void {
  const others = (myReacted.peek()[comment] ?? []).filter((each) => each !== kind);
  myReacted.value = { ...myReacted.peek(), [comment]: on ? [...others, kind] : others };
}

function remember(comment: OwnComment): void {
  const known = myComments.peek().find(({ id }) => id === comment.id);
  if (known && known.version > comment.version) return;
  myComments.value = [comment, ...myComments.peek().filter(({ id }) => id !== comment.id)];
}
