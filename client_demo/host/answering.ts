// Who is answering what: this person tells the colleagues while an answer is being written, and hears of theirs. A presence, no lock.
import { signal } from "@preact/signals";
import type { AnsweringPush } from "../sdk/wire";

const SAY_EVERY_MS = 5_000;

/** Names of colleagues by the question that they are answering. */
export const colleagues = signal<ReadonlyMap<string, readonly string[]>>(new Map());
const timers = new Map<string, ReturnType<typeof setTimeout>>();

/** Takes what the server tells; `me` is left out. What is not told again in time is forgotten. */
export function hearAnswering(push: AnsweringPush, me: string | undefined): void {
  clearTimeout(timers.get(push.question));
  timers.delete(push.question);
  const names = push.by.filter((each) => each.viewer !== me).map((each) => each.name);
  setNames(push.question, names);
  if (names.length > 0)
    timers.set(
      push.question,
      setTimeout(() => setNames(push.question, []), push.for_ms),
    );
}

function setNames(question: string, names: readonly string[]): void {
  const next = new Map(colleagues.peek());
  if (names.length > 0) next.set(question, names);
  else next.delete(question);
  colleagues.value = next;
}

export function forgetColleagues(): void {
  for (const timer of timers.values()) clearTimeout(timer);
  timers.clear();
  colleagues.value = new Map();
}

/** Says `say(true)` now and again every few seconds, until the returned function is called, which says that it is over. */
export function keepSaying(say: (answering: boolean) => void): () => void {
  say(true);
  const timer = setInterval(() => say(true), SAY_EVERY_MS);
  return () => {
    clearInterval(timer);
    say(false);
  };
}
