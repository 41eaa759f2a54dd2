// What lies open on the page: dialogs, and where the keys put the focus.
import { signal } from "@preact/signals";
import type { Question } from "../sdk/wire";
import type { HandOver, Sanction } from "../sdk/wire.generated";
import { nameOf } from "../shared/people";

/** The question as it was when its dismissal was opened: what lies in hand does not change under it. */
export const dismissing = signal<Question | null>(null);
/** On whom something is to be laid: by what they wrote, or by their id; who they are, and what is shown of it. */
export interface Sanctionable {
  whom: { question: string } | { comment: string } | { post: string } | { viewer: string };
  who: string;
  text: string;
  reason?: Sanction["reason"] | undefined;
}
export const sanctionable = (question: Question): Sanctionable => ({
  whom: { question: question.id },
  who: nameOf(question),
  text: question.text,
});
export const sanctioning = signal<Sanctionable | null>(null);
/** What is asked about the show; null: nothing. It does not turn round when a colleague starts or ends the show meanwhile. */
export const ending = signal<"start" | "end" | null>(null);
/** How the show is seen: null is the whole desk. One address shows one of them, and the stage has no controls at all. */
export const viewing = ((view) => (view === "stage" || view === "moderate" ? view : null))(
  new URLSearchParams(location.search).get("view"),
);
export const keysShown = signal(false);
export const onStage = signal(false);

/** Of the desk's three columns the one that a tablet shows. */
export const DESK_PANES = ["queue", "question", "show"] as const;
export type DeskPane = (typeof DESK_PANES)[number];
export const deskPane = signal<DeskPane>("question");
const PANE_OF = { answer: "question", label: "question", announce: "show", find: "queue" } as const;

/** Merges a question into its likeliest twin; null while none is known. */
export const mergeKey = signal<((question: Question) => void) | null>(null);

/** Says that it was read who comes, and returns whether anybody does; null while that is not loaded. */
export const arrivalKey = signal<(() => boolean) | null>(null);
/** The way that the hosts of the other show do not take; null: none, or somebody has read it. */
export const turnedBack = signal<HandOver | null>(null);

/** Puts the focus into one of the page's fields, if it is there. */
export function focusOn(field: "answer" | "announce" | "find" | "label"): void {
  const take = (): boolean => {
    const box = document.getElementById(`${field}-text`);
    box?.focus();
    return box !== null && document.activeElement === box;
  };
  deskPane.value = PANE_OF[field];
  // At once where it can be, since the next key is already written. What another pane hides, or has just been opened, is not drawn yet.
  if (!take()) requestAnimationFrame(take);
}
