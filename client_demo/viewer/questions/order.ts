import type { Question } from "../../sdk";

export type Sorting = "newest" | "wanted";

/** Where a question stands among the most wanted: open ones before answered ones, then by votes, then the newest. */
export interface Place {
  rank: number;
  id: string;
}

export function placeOf(question: Question): Place {
  return { rank: question.votes + (question.state === "open" ? 1_000_000_000 : 0), id: question.id };
}

/** Positive when `a` comes behind `b`. */
export function behind(a: Place, b: Place): number {
  return b.rank - a.rank || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0);
}

/** The place behind which none of the questions stands: votes may have come since their page was put in order. */
export function furthest(questions: readonly Question[]): Place | null {
  return questions.map(placeOf).sort(behind).at(-1) ?? null;
}

/** The newest of some ids: ids grow with time. */
export function newestOf(ids: Iterable<string>): string {
  let newest = "";
  for (const id of ids) if (id > newest) newest = id;
  return newest;
}

/**
 * Returns the ids in the order in which they are shown. `wanted` sorts by votes once and then keeps every question where it is while people
 * vote, so that nothing slides away under a finger; new ones (after `newest`) come in on top, older ones that were loaded since behind.
 */
export function orderOf(
  questions: readonly Question[],
  sorting: Sorting,
  before: readonly string[],
  newest: string = newestOf(before),
): string[] {
  if (sorting === "newest") return questions.map((each) => each.id).sort((a, b) => (a < b ? 1 : -1));
  const here = new Set(questions.map((each) => each.id));
  const kept = before.filter((id) => here.has(id));
  const known = new Set(kept);
  const others = questions.filter((each) => !known.has(each.id)).sort((a, b) => behind(placeOf(a), placeOf(b)));
  const ids = (fresh: boolean): string[] =>
    others.filter((each) => (kept.length > 0 && each.id > newest) === fresh).map((each) => each.id);
  return [...ids(true).sort().reverse(), ...kept, ...ids(false)];
}

/** What can be shown of what is held, when pages were turned down to `last` (null: all): behind it there may be others that are missing. */
export function upTo(
  questions: Iterable<Question>,
  sorting: Sorting,
  last: Place | null,
  before: readonly string[],
  newest: string = newestOf(before),
): Question[] {
  const shown = [...questions];
  if (!last) return shown;
  if (sorting === "newest") return shown.filter((each) => each.id >= last.id);
  const kept = new Set(before);
  return shown.filter((each) => kept.has(each.id) || (newest !== "" && each.id > newest) || behind(placeOf(each), last) <= 0);
}
