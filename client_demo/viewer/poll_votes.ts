// What this viewer has voted in the poll that is shown, and which counts they may read; and how a vote goes out.
import { computed, effect, signal } from "@preact/signals";
import type { Poll, RefusedError } from "../sdk";
import { draftOf, forgetKey, keepDraft, keyOf } from "../shared/drafts";
import { myPolls } from "./me";
import { link, room, snapshot } from "./session";

const MAY_HAVE_ARRIVED = ["unanswered", "outcome_unknown", "offline", "unavailable", "busy"];
/** How soon newer counts are asked for, at random between the two, where they are for those who have voted. */
const SEE_MS = [3_000, 6_000] as const;

/** The poll that is shown; the same object as long as nothing of it changes. */
export const poll = computed<Poll | null>(() => snapshot.value?.poll ?? null);
const said = signal<ReadonlyMap<string, readonly number[]>>(new Map());
/** What this viewer has voted in it; null: nothing yet. */
export const mine = computed<readonly number[] | null>(() => {
  const id = poll.value?.id ?? "";
  return said.value.get(id) ?? myPolls.value?.find((each) => each.poll === id)?.choices ?? null;
});

/** Counts that were told to this viewer alone. */
const told = signal<{ poll: string; voters: number; counts: readonly number[] } | null>(null);
/** The counts that this viewer may read now, newest first from the journal; null: hidden. */
export const counts = computed(() => {
  const now = poll.value;
  if (now?.counts) return { voters: now.voters, counts: now.counts };
  return now && told.value?.poll === now.id ? told.value : null;
});

export const phase = signal<"asking" | "sending" | "waiting">("asking");
/** Why the last vote was not kept: the code of the refusal, or nothing. */
export const refusal = signal<RefusedError | null>(null);

const placeOf = (id: string): string => `poll.${id}`;
const sentAt = (id: string): string => `${placeOf(id)}.sent`;
/** What is picked belongs to what the poll asks: once it asks something else nothing is picked. */
const pickedAt = ({ id, version }: Poll): string => `${placeOf(id)}.picked.${version}`;

const numbersIn = (text: string): number[] =>
  text
    .split(" ")
    .filter((each) => each !== "")
    .map(Number);

export const pickedOf = (shown: Poll): number[] => numbersIn(draftOf(pickedAt(shown)));

export const pick = (shown: Poll, choices: readonly number[]): void => keepDraft(pickedAt(shown), choices.join(" "));

function keep(id: string, choices: readonly number[]): void {
  said.value = new Map([...said.peek(), [id, choices]]);
}

/** Sends the vote under a key that is kept until it is known to have arrived: after a cut, or a reload, the same goes out again. */
export async function vote({ id, version }: Pick<Poll, "id" | "version">, choices: readonly number[]): Promise<void> {
  const place = placeOf(id);
  const text = [version, ...choices].join(" ");
  refusal.value = null;
  phase.value = "sending";
  keepDraft(sentAt(id), text);
  try {
    const reply = await room().command("poll.vote", { poll: id, version, choices: [...choices], key: keyOf(place, text) });
    keep(id, reply.choices);
    if (reply.counts) told.value = { poll: id, voters: reply.voters, counts: reply.counts };
  } catch (error) {
    const refused = error as RefusedError;
    if (MAY_HAVE_ARRIVED.includes(refused.code)) {
      phase.value = "waiting";
      return;
    }
    refusal.value = refused;
    if (refused.refusal.choices) keep(id, refused.refusal.choices);
  }
  forgetKey(place, text);
  keepDraft(sentAt(id), "");
  phase.value = "asking";
}

async function see(id: string): Promise<void> {
  try {
    const seen = await room().command("poll.see", { poll: id });
    if (seen.counts && poll.peek()?.id === id) told.value = { poll: id, voters: seen.voters, counts: seen.counts };
  } catch {
    // What is known stays; the next vote of anybody asks again.
  }
}

/** Whether newer counts are to be asked for, and of what: another text with each change. */
const unseen = computed(() => {
  const now = poll.value;
  const asks = now?.state === "open" && now.results === "voted" && mine.value !== null && link.value.is === "joined";
  return asks && told.value?.voters !== now.voters ? now.id : "";
});

/** To be called once. */
export function followPolls(): void {
  effect(() => {
    const id = unseen.value;
    if (!id) return;
    const [least, most] = SEE_MS;
    const first = told.peek()?.poll !== id;
    const timer = setTimeout(() => void see(id), first ? 0 : least + Math.random() * (most - least));
    return () => clearTimeout(timer);
  });
  effect(() => {
    const id = poll.value?.id;
    if (!id || link.value.is !== "joined") return;
    const [version, ...choices] = numbersIn(draftOf(sentAt(id)));
    if (version !== undefined && phase.peek() !== "sending") void vote({ id, version }, choices);
  });
}
