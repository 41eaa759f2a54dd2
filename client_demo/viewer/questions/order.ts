import type { Question } from "../../sdk";

export type Sorting = "newest" | "wanted";

/**
 * Returns the ids in the order in which they are shown. `wanted` sorts by votes once and then keeps every question where it is while people
 * vote, so that nothing slides away under a finger; new ones come in on top.
 */
export function orderOf(questions: readonly Question[], sorting: Sorting, before: readonly string[]): string[] {
  const newest = questions.map((each) => each.id);
  if (sorting === "newest") return newest;
  const here = new Set(newest);
  const kept = before.filter((id) => here.has(id));
  if (kept.length === 0) {
    return [...questions].sort((a, b) => rank(b) - rank(a)).map((each) => each.id);
  }
  const known = new Set(kept);
  return [...newest.filter((id) => !known.has(id)), ...kept];
}

/** Open questions before answered ones, then by votes. */
function rank(question: Question): number {
  return question.votes + (question.state === "open" ? 1_000_000 : 0);
}
