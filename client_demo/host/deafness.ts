// Who writes with both hands on the keyboard does not look at the page: when a box loses the focus without the person's doing, what they
// go on writing must not run as single keys.
import { isEnter, isEscape } from "../shared/input_method";

const DEAF_MS = 2_000;
/** Whoever still writes after that is heard no sooner than after such a pause. */
const PAUSE_MS = 700;

export function isWriting(target: EventTarget | null): target is HTMLElement {
  if (!(target instanceof HTMLElement)) return false;
  return target.matches("input:not([type=checkbox]), textarea, select") || target.isContentEditable;
}

let field: HTMLElement | null = null;
let deafUntil = 0;

/** The person's own doing: who points elsewhere leaves the box. */
function hearPointer(event: Event): void {
  if (event.target !== field) field = null;
}

function hearFocus(event: Event): void {
  if (isWriting(event.target)) field = event.target;
}

function look(): void {
  if (!field || document.activeElement === field) return;
  field = null;
  if (!isWriting(document.activeElement)) deafUntil = performance.now() + DEAF_MS;
}

/** Whether single keys are to do nothing now, since a box has just lost the focus; to be asked for each key. */
export function isDeaf(): boolean {
  look();
  const now = performance.now();
  if (now >= deafUntil) return false;
  deafUntil = Math.max(deafUntil, now + PAUSE_MS);
  return true;
}

function hearKey(event: KeyboardEvent): void {
  if (!isWriting(event.target)) return;
  // In a box of one line Enter is the end of writing.
  const sends = event.ctrlKey || event.metaKey || event.target.matches("input");
  const leaves = event.key === "Tab" || isEscape(event) || (isEnter(event) && sends);
  field = leaves ? null : event.target;
}

/** Watches over the boxes of the page until the returned function is called. A box may vanish without any event of its own. */
export function watchWriting(): () => void {
  const seen = new MutationObserver(look);
  const later = (): void => queueMicrotask(look);
  seen.observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ["disabled", "hidden"] });
  document.addEventListener("keydown", hearKey, true);
  document.addEventListener("pointerdown", hearPointer, true);
  document.addEventListener("focusin", hearFocus);
  document.addEventListener("focusout", later);
  return () => {
    seen.disconnect();
    document.removeEventListener("keydown", hearKey, true);
    document.removeEventListener("pointerdown", hearPointer, true);
    document.removeEventListener("focusin", hearFocus);
    document.removeEventListener("focusout", later);
    field = null;
    deafUntil = 0;
  };
}
