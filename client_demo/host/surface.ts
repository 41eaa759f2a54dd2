// What lies open on the page: dialogs, and where the keys put the focus.
import { signal } from "@preact/signals";

export const dismissing = signal(false);
export const ending = signal(false);
export const keysShown = signal(false);
export const onStage = signal(false);

/** Puts the focus into one of the page's two fields, if it is there. */
export function focusOn(field: "answer" | "announce"): void {
  document.getElementById(`${field}-text`)?.focus();
}
