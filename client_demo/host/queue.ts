// The queue of questions as one person works through it. Pure. Nothing moves by itself: a tab keeps the order in which its questions were
// let in; what is new waits outside and is counted; what a colleague took stays where it was, marked, until the person lets the next ones in.
import type { Question, QuestionVotes } from "../sdk/wire";

export type Tab = "pending" | "open" | "answered" | "dismissed";
export const TABS: readonly Tab[] = ["pending", "open", "answered", "dismissed"];

/** Where a question is worked through; null: nowhere, as another stands for it or its author took it back. */
export function tabOf({ state }: Question): Tab | null {
  if (state === "answering") return "open";
  if (state === "shadowed") return "pending";
  return state === "merged" || state === "withdrawn" ? null : state;
}

export const SORTINGS = ["votes", "oldest", "newest", "product", "repeat_buyers"] as const;
export type Sorting = (typeof SORTINGS)[number];

/** What an order goes by that questions do not say themselves: the smaller comes first. */
export type RankOf = (question: Question) => number;
const EQUAL: RankOf = () => 0;

/** One line of the queue. `moved`: it is in another state now, and it was not this person who moved it. */
export interface Row {
  question: Question;
  standing: "here" | "moved";
}

/** A question's counts as they were pushed. */
export type Votes = Omit<QuestionVotes, "question">;

/** The question with the higher of its own counts and those pushed: neither ever falls. */
export function withVotes(question: Question, pushed: Votes | undefined): Question {
  if (!pushed) return question;
  const apart = Math.max(question.votes_apart ?? 0, pushed.votes_apart ?? 0);
  return { ...question, votes: Math.max(question.votes, pushed.votes), votes_apart: apart };
}

export type Known = ReadonlyMap<string, Question>;

/**
 * The order in which a tab is worked through: who waits longest first, most wished first, or as `rankOf` says and then most wished first;
 * what is over, newest first.
 */
export function inOrder(tab: Tab, questions: Iterable<Question>, sorting: Sorting, rankOf: RankOf = EQUAL): Question[] {
  const oldest = (a: Question, b: Question): number =>
    a.asked_at < b.asked_at ? -1 : a.asked_at > b.asked_at ? 1 : a.id < b.id ? -1 : 1;
  const wanted = (a: Question, b: Question): number => rankOf(a) - rankOf(b) || b.votes - a.votes || oldest(a, b);
  const open = sorting === "oldest" ? oldest : sorting === "newest" ? (a: Question, b: Question) => oldest(b, a) : wanted;
  const order: Record<Tab, (a: Question, b: Question) => number> = {
    pending: oldest,
    open,
    answered: (a, b) => (b.answer?.at ?? "").localeCompare(a.answer?.at ?? "") || oldest(b, a),
    dismissed: (a, b) => oldest(b, a),
  };
  return [...questions].filter((each) => tabOf(each) === tab).sort(order[tab]);
}

/** Everything that belongs into the tab now, in its order: what letting in gives. */
export function letIn(tab: Tab, known: Known, sorting: Sorting, rankOf: RankOf = EQUAL): string[] {
  return inOrder(tab, known.values(), sorting, rankOf).map((question) => question.id);
}

/**
 * The order after letting in when some questions must stay although they belong elsewhere by now: `keeps` says of which, and each stays
 * behind the one that it stood behind.
 */
export function letInBeside(now: readonly string[], before: readonly string[], keeps: (id: string) => boolean): string[] {
  const order = [...now];
  before.forEach((id, at) => {
    if (order.includes(id) || !keeps(id)) return;
    const neighbour = order.indexOf(before[at - 1] ?? "");
    order.splice(neighbour + 1, 0, id);
  });
  return order;
}

/** What is to be drawn of the tab: questions let in, without those that this person moved away. */
export function rowsOf(tab: Tab, order: readonly string[], known: Known, mine: ReadonlySet<string>): Row[] {
  const rows: Row[] = [];
  for (const id of order) {
    const question = known.get(id);
    if (!question) continue;
    if (tabOf(question) === tab) rows.push({ question, standing: "here" });
    else if (!mine.has(id)) rows.push({ question, standing: "moved" });
  }
  return rows;
}

/** How many questions of the tab wait to be let in. */
export function countWaiting(tab: Tab, order: readonly string[], known: Known): number {
  const inside = new Set(order);
  let waiting = 0;
  for (const question of known.values()) if (tabOf(question) === tab && !inside.has(question.id)) waiting++;
  return waiting;
}

/** The question to look at after `id` left: the next one that is still here, else the one before it. */
export function neighbour(rows: readonly Row[], id: string | null, step: 1 | -1 = 1): string | null {
  const at = rows.findIndex((row) => row.question.id === id);
  if (at < 0) return rows[0]?.question.id ?? null;
  const next = rows[at + step] ?? rows[at];
  return next?.question.id ?? null;
}

/** Which question is next when this one leaves the tab. */
export function afterLeaving(rows: readonly Row[], id: string): string | null {
  const at = rows.findIndex((row) => row.question.id === id);
  const here = (row: Row | undefined): boolean => row?.standing === "here" && row.question.id !== id;
  const later = rows.slice(at + 1).find(here);
  const earlier = rows.slice(0, Math.max(at, 0)).findLast(here);
  return (later ?? earlier)?.question.id ?? null;
}

/** How many questions are in each state. */
export function countStates(known: Known): Record<Tab, number> {
  const counts = { pending: 0, open: 0, answered: 0, dismissed: 0 };
  for (const question of known.values()) {
    const tab = tabOf(question);
    if (tab) counts[tab]++;
  }
  return counts;
}
