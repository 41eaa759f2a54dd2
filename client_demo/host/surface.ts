// What lies open on the page: dialogs, and where the keys put the focus.
import { signal } from "@preact/signals";
import type { Question } from "../sdk/wire";

/** The question as it was when its dismissal was opened: what lies in hand does not change under it. */
export const dismissing = signal<Question | null>(null);
/** What is asked about the show; null: nothing. It does not turn round when a colleague starts or ends the show meanwhile. */
export const ending = signal<"start" | "end" | null>(null);
export const keysShown = signal(false);
export const onStage = signal(false);

/** Puts the focus into one of the page's two fields, if it is there. */
export function focusOn(field: "answer" | "announce"): void {
  document.getElementById(`${field}-text`)?.focus();
}
