// What the page knows: the room, every question seen so far, and what of them is on the table.
import { computed, effect, signal } from "@preact/signals";
import { request } from "../sdk/http";
import { Room } from "../sdk/room";
import type { RoomView } from "../sdk/room_view";
import { QUESTIONS_MAX } from "../sdk/state";
import type { JournalPush, Question, QuestionVotes, Snapshot } from "../sdk/wire";
import { drafts } from "../shared/drafts";
import { renewedToken, session, signOut } from "../shared/staff/session";
import { asQuery, forgetSieve, isSifting, passes, type Sieve, sieve } from "./filter";
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
  type RankOf,
  type Sorting,
  type Tab,
  tabOf,
  type Votes,
  withVotes,
} from "./queue";
import { hearStock } from "./stock_news";
import { turnedBack } from "./surface";

const PAGE = 100;
const PAGES_AT_START_MAX = 10;
const RETRY_MS = 3_000;

export const view = signal<RoomView>({ link: { is: "idle" }, state: null, identity: null, joins: 0 });
export const snapshot = computed(() => view.value.state?.snapshot ?? null);

/** What the person may do in this show: less than at home in one of another channel that is held together with theirs. */
export const roleHere = computed(() => view.value.identity?.role ?? session.value?.role ?? "viewer");
/** Whose show it is: of the person's own channel, or another's with whom it is held together, who moderates there; null: not known yet. */
const whose = computed(() => {
  const channel = snapshot.value?.show.channel;
  return channel === undefined ? null : channel === session.value?.channel ? "own" : "partner";
});
export const isOwn = computed(() => whose.value === "own");
export const isPartner = computed(() => whose.value === "partner");

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
/** The questions that pass what is looked for. */
const sifted = computed((): Known => {
  if (!isSifting.value) return known.value;
  const family = familyOf(sieve.value.product);
  return new Map([...known.value].filter(([, each]) => passes(each, sieve.value, family)));
});
export const rows = computed(() => rowsOf(tab.value, order.value, known.value, mine.value));
export const waiting = computed(() => countWaiting(tab.value, order.value, sifted.value));
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
  const mineRoom = new Room({
    show,
    token,
    guest: false,
    onToken: keepToken,
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
  forgetSieve();
  repeatBuyers.value = new Set();
  chosenIn.clear();
  seenAt.clear();
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
  if (push.type === "stage.changed") takeIn(push.questions);
  if (push.type === "hand_over.declined") turnedBack.value = push.hand_over;
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
  const query = new URLSearchParams({ state, limit: String(PAGE), ...asQuery(sieve.value), ...(cursor && { cursor }) });
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
  const of = sieve.value;
  const next = await fetchPage(show, state, more.value[state] ?? null);
  if (of !== sieve.value) return;
  more.value = { ...more.value, [state]: next };
  letInNow();
}

/** How far each tab was fetched when looking for something began. */
let moreOfAll: typeof more.value | null = null;

/** Looks for something, or for nothing in particular any more: what is held at once, and what the server has beside it. */
export function lookFor(next: Sieve): void {
  if (!isSifting.value) moreOfAll = more.value;
  sieve.value = next;
  more.value = isSifting.value ? {} : (moreOfAll ?? {});
  selected.value = null;
  letInNow();
  if (isSifting.value) void fetchOlder().catch(() => undefined);
}

/** The ids of a product and its variants. */
function familyOf(product: string): ReadonlySet<string> {
  const found = snapshot.value?.products.find((each) => each.id === product);
  return new Set([product, ...(found?.variants ?? []).map((each) => each.id)]);
}

/** Questions of viewers who have bought twice, as the server says. */
const repeatBuyers = signal<ReadonlySet<string>>(new Set());

async function fetchRepeatBuyers(): Promise<void> {
  const show = opened.peek();
  const query = new URLSearchParams({ order: "repeat_buyers", state: "open", limit: String(PAGE) });
  const path = `/shows/${encodeURIComponent(show)}/questions?${query}`;
  const found = await request<{ questions: (Question & { repeat_buyer?: boolean })[] }>(path, { token: session.value?.token });
  if (show !== opened.peek()) return;
  takeIn(found.questions);
  repeatBuyers.value = new Set(found.questions.filter((each) => each.repeat_buyer).map((each) => each.id));
}

/** By what the chosen order puts questions beside their votes. */
function rankOf(): RankOf {
  if (sorting.value === "repeat_buyers") return ({ id }) => (repeatBuyers.value.has(id) ? 0 : 1);
  if (sorting.value !== "product") return () => 0;
  const families = places.value.map(({ product }) => familyOf(product.id));
  return ({ product }) => {
    const at = product ? families.findIndex((family) => family.has(product)) : -1;
    return at < 0 ? families.length : at;
  };
}

/** Where the person was in each tab. */
const chosenIn = new Map<Tab, string | null>();
/** The topmost row of each tab's list, and how far it was scrolled beyond its top, in pixels: what comes back is where it was. */
export const seenAt = new Map<Tab, { id: string; beyond: number }>();

export function chooseTab(next: Tab): void {
  tabChosen = true;
  chosenIn.set(tab.peek(), selected.peek());
  tab.value = next;
  selected.value = chosenIn.get(next) ?? null;
  letInNow();
  if (isSifting.value && more.value[next] === undefined) void fetchOlder().catch(() => undefined);
}

export function chooseSorting(next: Sorting): void {
  sorting.value = next;
  letInNow();
  if (next === "repeat_buyers") void fetchRepeatBuyers().then(letInNow, () => undefined);
}

/**
 * Lets everything new in, in order, and forgets the marked rows, but for those to which an answer was begun. The chosen question stays
 * chosen if it is still there.
 */
export function letInNow(): void {
  const now = letIn(tab.value, sifted.value, sorting.value, rankOf());
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
  const elsewhere = tabOf(ahead) !== tab.value;
  if (elsewhere && selected.value === question.id) selected.value = afterLeaving(rows.value, question.id);
  const wasMine = mine.value.has(question.id);
  mine.value = new Set([...[...mine.value].filter((id) => id !== question.id), ...(elsewhere ? [question.id] : [])]);
  moving.value = new Map([...moving.value, [question.id, ahead]]);
  return () => {
    moving.value = new Map([...moving.value].filter(([id]) => id !== question.id));
    mine.value = new Set([...[...mine.value].filter((id) => id !== question.id), ...(wasMine ? [question.id] : [])]);
  };
}

/** Takes questions out of the tab before they have moved: they leave their place at once. Returns what takes that back. */
export function takeAway(ids: readonly string[]): () => void {
  const before = mine.value;
  mine.value = new Set([...before, ...ids]);
  return () => {
    const added = new Set(ids.filter((id) => !before.has(id)));
    mine.value = new Set([...mine.value].filter((id) => !added.has(id)));
  };
}

// With nothing chosen, or nothing left of what was, the first question that is let in is the next to do.
effect(() => {
  if (current.value) return;
  const next = rows.value.find((row) => row.standing === "here");
  if (next && selected.value !== next.question.id) selected.value = next.question.id;
});
