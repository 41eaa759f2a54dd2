// What the page knows: the room, every question seen so far, and what of them is on the table.
import { computed, effect, signal } from "@preact/signals";
import { request } from "../sdk/http";
import { Room } from "../sdk/room";
import type { RoomView } from "../sdk/room_view";
import { QUESTIONS_MAX } from "../sdk/state";
import type { JournalPush, Question, QuestionVotes, Snapshot } from "../sdk/wire";
import { drafts } from "../shared/drafts";
import { renewedToken, session, signOut } from "../shared/staff/session";
import { forgetColleagues, hearAnswering } from "./answering";
import { keepPlaces, type Place } from "./products";
import {
  afterLeaving,
  countStates,
  countWaiting,
  type Known,
  letIn,
  letInBeside,
  neighbour,
  rowsOf,
  type Sorting,
  type Tab,
  type Votes,
  withVotes,
} from "./queue";
import { hearStock } from "./stock_news";

const PAGE = 100;
const PAGES_AT_START_MAX = 10;
const RETRY_MS = 3_000;

export const view = signal<RoomView>({ link: { is: "idle" }, state: null, identity: null, joins: 0 });
export const snapshot = computed(() => view.value.state?.snapshot ?? null);

/** Every question that this page has heard of: the room keeps the newest ones only. */
const heard = signal<Known>(new Map());
/** Moves that were sent and not yet confirmed, and moves confirmed by a reply whose push is still on its way. */
export const moving = signal<ReadonlyMap<string, Question>>(new Map());
/** Questions that this person moved out of the tab: they leave their place at once, a colleague's stay marked. */
export const mine = signal<ReadonlySet<string>>(new Set());

export const known = computed((): Known => {
  if (moving.value.size === 0) return heard.value;
  const now = new Map(heard.value);
  for (const [id, ahead] of moving.value) {
    const last = now.get(id);
    if (!last || last.version < ahead.version) now.set(id, ahead);
  }
  return now;
});

export const counts = computed(() => countStates(known.value));
export const tab = signal<Tab>("open");
export const sorting = signal<Sorting>("votes");
export const order = signal<readonly string[]>([]);
export const selected = signal<string | null>(null);
export const rows = computed(() => rowsOf(tab.value, order.value, known.value, mine.value));
export const waiting = computed(() => countWaiting(tab.value, order.value, known.value));
export const current = computed(() => rows.value.find((row) => row.question.id === selected.value) ?? null);
/** Whether the server has older answered or dismissed questions; null: not asked. */
export const more = signal<Readonly<Partial<Record<Tab, string | null>>>>({});

/** The products, each in its place. */
export const places = signal<readonly Place[]>([]);

let openRoom: Room | null = null;
const opened = signal("");

/** Where the draft of a box of this page is kept, such as of `answer.q_1`: each person's and each show's apart. Drawing follows it. */
export function draftPlace(box: string): string {
  return `${session.value?.viewer ?? ""}.${opened.value}.${box}`;
}

/** Whether an answer to the question was begun and not sent. */
export function hasDraft(question: string): boolean {
  return drafts.value.has(draftPlace(`answer.${question}`));
}

/** The room, while a show is open. */
export function room(): Room | null {
  return openRoom;
}

/** The room; only to be asked for while a show is open. */
export function theRoom(): Room {
  if (!openRoom) throw new Error("no show is open");
  return openRoom;
}

/** Opens a show and keeps it open; returns what closes it. */
export function openShow(show: string, token: string): () => void {
  const mineRoom: Room = new Room({
    show,
    token,
    guest: false,
    onToken: keepToken,
    onAnswering: (push) => hearAnswering(push, mineRoom.view.identity?.viewer),
  });
  openRoom = mineRoom;
  opened.value = show;
  const stops = [mineRoom.onPush(hear), mineRoom.subscribe(look)];
  mineRoom.start();
  return () => {
    for (const stop of stops) stop();
    mineRoom.stop();
    openRoom = null;
    forget();
  };
}

function forget(): void {
  view.value = { link: { is: "idle" }, state: null, identity: null, joins: 0 };
  heard.value = new Map();
  moving.value = new Map();
  mine.value = new Set();
  order.value = [];
  selected.value = null;
  more.value = {};
  places.value = [];
  heardVotes.clear();
  forgetColleagues();
  hearStock(null);
  begun = null;
  tabChosen = false;
  chosenByHand = false;
}

function keepToken(token: string | null): void {
  if (token) renewedToken(token);
  else signOut("token_expired");
}

let seen: Snapshot | null = null;
let begun: string | null = null;
let tabChosen = false;
let chosenByHand = false;
/** The votes that were pushed, also for questions that are not loaded yet. */
const heardVotes = new Map<string, Votes>();
/** The tab whose questions are in `order`. */
let shownTab: Tab | null = null;

function look(now: RoomView): void {
  view.value = now;
  const fresh = now.state?.snapshot ?? null;
  if (fresh && fresh.questions !== seen?.questions) takeIn(fresh.questions);
  if (fresh && fresh.products !== seen?.products) places.value = keepPlaces(places.value, fresh.products);
  seen = fresh;
  if (fresh && now.link.is === "joined" && begun !== fresh.show.id) begin(fresh);
}

/** The first look at a show: everything is let in, and the tab with work in it lies open. */
function begin(fresh: Snapshot): void {
  begun = fresh.show.id;
  if (!tabChosen) tab.value = counts.value.pending ? "pending" : "open";
  letInNow();
  if (fresh.questions.length >= QUESTIONS_MAX) void fetchQueue(fresh.show.id);
  else more.value = { pending: null, open: null, answered: null, dismissed: null };
}

function hear(push: JournalPush): void {
  hearStock(push);
  if (push.type === "question.restored") leaveOutside(push.question.id);
  if ("question" in push && push.question && typeof push.question === "object" && "text" in push.question)
    takeIn([push.question]);
  if (push.type === "question.voted") countVotes(push.votes);
}

/** A colleague brought back what this person had moved away: it is new again, and waits to be let in. */
function leaveOutside(id: string): void {
  if (mine.value.has(id) && !moving.value.has(id)) order.value = order.value.filter((each) => each !== id);
}

function takeIn(questions: readonly Question[]): void {
  const next = new Map(heard.value);
  for (const question of questions) {
    const before = next.get(question.id);
    if (before && before.version > question.version) continue;
    // A page of the server's may be older than a vote that was pushed meanwhile.
    next.set(question.id, withVotes(question, heardVotes.get(question.id)));
  }
  heard.value = next;
  settle();
}

function countVotes(votes: readonly QuestionVotes[]): void {
  const next = new Map(heard.value);
  for (const { question, ...counts } of votes) {
    heardVotes.set(question, counts);
    const before = next.get(question);
    if (before) next.set(question, { ...before, ...counts });
  }
  heard.value = next;
}

/** Drops the moves that the journal has caught up with. */
function settle(): void {
  const left = [...moving.value].filter(([id, ahead]) => (heard.value.get(id)?.version ?? -1) < ahead.version);
  if (left.length < moving.value.size) moving.value = new Map(left);
}

/** Takes in a question as it stands on the server, such as the one that comes with a conflict. */
export function correct(question: Question): void {
  takeIn([question]);
}

/** Pages in what waits and what is open beyond the newest, so that nothing old is forgotten; tries again until that has worked. */
async function fetchQueue(show: string): Promise<void> {
  try {
    for (const state of ["pending", "open"] as const) await fetchAll(show, state);
    if (somebodyWrites()) return;
    letInNow();
    if (!chosenByHand) selected.value = rows.value[0]?.question.id ?? null;
  } catch {
    setTimeout(() => {
      if (openRoom && opened.peek() === show) void fetchQueue(show);
    }, RETRY_MS);
  }
}

async function fetchAll(show: string, state: Tab): Promise<void> {
  let next: string | null = null;
  for (let page = 0; page < PAGES_AT_START_MAX; page++) {
    next = await fetchPage(show, state, next);
    if (!next) break;
  }
  more.value = { ...more.value, [state]: next };
}

/** Rows that came late wait to be let in when letting them in would move what is in hand. */
function somebodyWrites(): boolean {
  return document.activeElement?.id === "answer-text";
}

async function fetchPage(show: string, state: Tab, cursor: string | null): Promise<string | null> {
  const query = new URLSearchParams({ state, limit: String(PAGE), ...(cursor && { cursor }) });
  const path = `/shows/${encodeURIComponent(show)}/questions?${query}`;
  const found = await request<{ questions: Question[]; next: string | null }>(path, { token: session.value?.token });
  takeIn(found.questions);
  return found.next;
}

/** Fetches the next page of older questions of the tab and lets them in. */
export async function fetchOlder(): Promise<void> {
  const show = snapshot.value?.show.id;
  const state = tab.value;
  if (!show) return;
  const next = await fetchPage(show, state, more.value[state] ?? null);
  more.value = { ...more.value, [state]: next };
  letInNow();
}

export function chooseTab(next: Tab): void {
  tabChosen = true;
  tab.value = next;
  selected.value = null;
  letInNow();
}

export function chooseSorting(next: Sorting): void {
  sorting.value = next;
  letInNow();
}

/**
 * Lets everything new in, in order, and forgets the marked rows, but for those to which an answer was begun. The chosen question stays
 * chosen if it is still there.
 */
export function letInNow(): void {
  const now = letIn(tab.value, known.value, sorting.value);
  const here = new Set(now);
  mine.value = new Set([...mine.value].filter((id) => !here.has(id)));
  order.value = letInBeside(now, shownTab === tab.value ? order.value : [], (id) => hasDraft(id) && !mine.value.has(id));
  shownTab = tab.value;
  if (!rows.value.some((row) => row.question.id === selected.value)) selected.value = rows.value[0]?.question.id ?? null;
}

export function choose(id: string): void {
  chosenByHand = true;
  selected.value = id;
}

export function step(by: 1 | -1): void {
  chosenByHand = true;
  selected.value = neighbour(rows.value, selected.value, by);
}

/** Marks a question as moved by this person to how it will stand, and looks at the next. Returns what takes that back. */
export function moveAhead(question: Question, ahead: Question): () => void {
  const elsewhere = ahead.state !== tab.value;
  if (elsewhere && selected.value === question.id) selected.value = afterLeaving(rows.value, question.id);
  const wasMine = mine.value.has(question.id);
  mine.value = new Set([...[...mine.value].filter((id) => id !== question.id), ...(elsewhere ? [question.id] : [])]);
  moving.value = new Map([...moving.value, [question.id, ahead]]);
  return () => {
    moving.value = new Map([...moving.value].filter(([id]) => id !== question.id));
    mine.value = new Set([...[...mine.value].filter((id) => id !== question.id), ...(wasMine ? [question.id] : [])]);
  };
}

// With nothing chosen, or nothing left of what was, the first question that is let in is the next to do.
effect(() => {
  if (current.value) return;
  const next = rows.value.find((row) => row.standing === "here");
  if (next && selected.value !== next.question.id) selected.value = next.question.id;
});
