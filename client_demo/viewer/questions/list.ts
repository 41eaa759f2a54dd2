// The questions as the pane shows them, and the pages behind them.
import { computed, signal } from "@preact/signals";
import type { Question, RefusedError } from "../../sdk";
import { request } from "../../shared/server";
import { identity, onPush, room, roomState, show } from "../session";
import { HeldQuestions } from "./held";
import { furthest, newestOf, orderOf, type Sorting, upTo } from "./order";

const PAGE = 100;
/** Rows that are drawn at first, and with each look further down. */
const ROWS = 100;
const SNAPSHOT_MAX = 200;

let held = new HeldQuestions();
let since: object | null = null;
/** Counts changes of `held`, which is changed in place. */
const changes = signal(0);
const rows = signal(ROWS);
export const sorting = signal<Sorting>("newest");
export const loading = signal(false);
export const loadFailed = signal(false);

function changed(): void {
  changes.value += 1;
}

/** What is held; who asks while drawing is drawn anew when it changes. */
function heldNow(): HeldQuestions {
  void changes.value;
  return held;
}

/** Begins anew when the room did: after a fresh snapshot nothing is known of what happened before. */
function sync(): void {
  const state = room().view.state;
  if (!state || state.since === since) return;
  since = state.since;
  const { questions, older_questions: older } = state.snapshot;
  held = new HeldQuestions(questions, older ?? [], questions.length < SNAPSHOT_MAX);
  changed();
  if (sorting.peek() === "wanted") void loadMore();
}

/** Follows the room; to be called once. */
export function followQuestions(): void {
  onPush((push) => {
    sync();
    if (held.hear(push)) changed();
  });
  roomState.subscribe((state) => {
    if (state) sync();
  });
}

export const questionCount = computed(() => heldNow().byId.size);

/** Whether there are others than those that are counted: no order has been turned to its end. */
export const moreQuestions = computed(() => heldNow().newest.next !== null && heldNow().wanted.next !== null);

export function questionOf(id: string | null): Question | undefined {
  return heldNow().byId.get(id ?? "");
}

let shown: { sorting: Sorting; anew: unknown; ids: string[]; newest: string } = {
  sorting: "newest",
  anew: null,
  ids: [],
  newest: "",
};

/** All that can be shown, in order. Sorted anew by a change of the order, a fresh snapshot, and the first page of the most wanted. */
const ids = computed(() => {
  const all = heldNow();
  const now = sorting.value;
  const { next, last } = all[now];
  const anew = next === undefined ? null : all;
  const same = shown.sorting === now && shown.anew === anew;
  const before = same ? shown.ids : [];
  const newest = same ? shown.newest : newestOf(all.byId.keys());
  const most = next === null || next === undefined ? null : last;
  const found = upTo(all.byId.values(), now, most, before, newest);
  shown = { sorting: now, anew, newest, ids: orderOf(found, now, before, newest) };
  return shown.ids;
});

/** What is drawn of it. */
export const drawn = computed(() => {
  const { byId } = heldNow();
  const found = ids.value.slice(0, rows.value).map((id) => byId.get(id));
  return found.filter((each) => each !== undefined);
});

export const hasMore = computed(() => ids.value.length > rows.value || heldNow()[sorting.value].next !== null);

export function chooseSorting(next: Sorting): void {
  sorting.value = next;
  rows.value = ROWS;
  loadFailed.value = false;
  if (next === "wanted" && held.wanted.next === undefined) void loadMore();
}

/** Draws more rows, and turns the next page when there are not enough. */
export function showMore(): void {
  if (ids.peek().length > rows.peek()) rows.value += ROWS;
  if (ids.peek().length < rows.peek() + ROWS) void loadMore();
}

async function loadMore(): Promise<void> {
  const [of, order, showId, token] = [held, sorting.peek(), show.peek()?.id, identity.peek()?.token];
  const cursor = of[order].next;
  if (loading.peek() || cursor === null || !showId) return;
  loading.value = true;
  try {
    const query = new URLSearchParams({ order, limit: String(PAGE), ...(cursor && { cursor }) });
    const page = await request<{ questions: Question[]; next: string | null }>(
      `/shows/${encodeURIComponent(showId)}/questions?${query}`,
      { token },
    );
    of.take(page.questions);
    of[order] = { next: page.next, last: furthest(page.questions) ?? of[order].last };
    loadFailed.value = false;
  } catch (error) {
    loadFailed.value = true;
    // The server keeps an order for some minutes only: the next look begins anew, and what is held already is held once.
    if (order === "wanted" && (error as RefusedError).code === "invalid") of.wanted.next = undefined;
  }
  loading.value = false;
  changed();
  // The order was changed, or the room began anew, while the page was on its way.
  if (of !== held || order !== sorting.peek()) wantFirst();
}

function wantFirst(): void {
  if (sorting.peek() === "wanted" && held.wanted.next === undefined) void loadMore();
}
