// Whether this viewer is in the giveaway that is shown, what they have won, and how an entry or a claim goes out.
import { computed, effect, signal } from "@preact/signals";
import type { Giveaway, RefusedError } from "../sdk";
import { draftOf, keepDraft } from "../shared/drafts";
import { myGiveaways } from "./me";
import { link, room, snapshot } from "./session";

const MAY_HAVE_ARRIVED = ["unanswered", "outcome_unknown", "offline", "unavailable", "busy"];

/** The giveaway that is shown; the same object as long as nothing of it changes. */
export const giveaway = computed<Giveaway | null>(() => snapshot.value?.giveaway ?? null);
const answered = signal<ReadonlyMap<string, string>>(new Map());
/** The viewer's ticket in it; null: they have not entered. */
export const ticket = computed<string | null>(() => {
  const id = giveaway.value?.id ?? "";
  return answered.value.get(id) ?? myGiveaways.value?.find((each) => each.giveaway === id)?.ticket ?? null;
});
/** What the viewer has won, as everybody reads it. */
export const won = computed(() => giveaway.value?.winners?.find((each) => each.ticket === ticket.value) ?? null);

export const phase = signal<"asking" | "sending" | "waiting">("asking");
/** Why the last command was not carried out. */
export const refusal = signal<RefusedError | null>(null);

const sentAt = (id: string): string => `giveaway.${id}.sent`;
/** Where the prize is to go, as it stands in the box. */
export const contactAt = (id: string): string => `giveaway.${id}.contact`;

/** Both are carried out once, however often they are sent: what may not have arrived goes out again after a cut, or a reload. */
async function send(id: string, what: "enter" | "claim"): Promise<void> {
  refusal.value = null;
  phase.value = "sending";
  keepDraft(sentAt(id), what);
  try {
    if (what === "enter") {
      const reply = await room().command("giveaway.enter", { giveaway: id });
      answered.value = new Map([...answered.peek(), [id, reply.ticket]]);
    } else {
      await room().command("giveaway.claim", { giveaway: id, contact: draftOf(contactAt(id)) });
      keepDraft(contactAt(id), "");
    }
  } catch (error) {
    const refused = error as RefusedError;
    if (MAY_HAVE_ARRIVED.includes(refused.code)) {
      phase.value = "waiting";
      return;
    }
    refusal.value = refused;
  }
  keepDraft(sentAt(id), "");
  phase.value = "asking";
}

export const enter = (id: string): Promise<void> => send(id, "enter");
export const claim = (id: string): Promise<void> => send(id, "claim");

/** To be called once. */
export function followGiveaways(): void {
  const shown = computed(() => giveaway.value?.id ?? "");
  effect(() => {
    shown.value;
    refusal.value = null;
  });
  effect(() => {
    const id = shown.value;
    if (!id || link.value.is !== "joined") return;
    const unsent = draftOf(sentAt(id));
    if (unsent && phase.peek() !== "sending") void send(id, unsent === "claim" ? "claim" : "enter");
  });
}
