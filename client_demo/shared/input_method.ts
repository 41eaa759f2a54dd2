// Enter and Escape that belong to an input method (Japanese, Chinese, Korean and others) and not to the page. Chrome and Firefox tell by
// `isComposing`; Safari ends the composition first and then reports its key with `isComposing` false and `keyCode` 229; others report
// an ordinary Enter right behind the composition's end, in the same turn. Every handler of keys asks here; `npm run check` holds it.

import { place } from "./place";

/** What browsers report as `keyCode` for a key that an input method took. */
const TAKEN_BY_INPUT_METHOD = 229;

type PressedKey = Pick<KeyboardEvent, "key" | "isComposing" | "keyCode">;

const judged = new WeakMap<object, boolean>();
let underWay = false;
let justEnded = false;

/** Follows compositions on the page; returns what ends it. The page's own document is followed from the start. */
export function followCompositions(page: EventTarget): () => void {
  const begin = (): void => {
    underWay = true;
  };
  const end = (): void => {
    underWay = false;
    justEnded = true;
    setTimeout(() => {
      justEnded = false;
    });
  };
  page.addEventListener("compositionstart", begin, true);
  page.addEventListener("compositionend", end, true);
  return () => {
    page.removeEventListener("compositionstart", begin, true);
    page.removeEventListener("compositionend", end, true);
  };
}

/** Whether something is being composed now, or was until this very turn: a dialog must not close by its Escape. */
export function isComposing(): boolean {
  return underWay || justEnded;
}

/** Whether the key was pressed for the input method. Several handlers may ask about one event. */
export function ofInputMethod(event: PressedKey): boolean {
  const known = judged.get(event);
  if (known !== undefined) return known;
  const found = judge(event);
  judged.set(event, found);
  return found;
}

function judge(event: PressedKey): boolean {
  if (event.isComposing || event.keyCode === TAKEN_BY_INPUT_METHOD) {
    justEnded = false;
    return true;
  }
  if (!justEnded) return false;
  justEnded = false;
  return event.key === "Enter" || event.key === "Escape";
}

/** Whether the person pressed Enter itself. */
export function isEnter(event: PressedKey): boolean {
  return event.key === "Enter" && !ofInputMethod(event);
}

/** Whether the person pressed Escape itself. */
export function isEscape(event: PressedKey): boolean {
  return event.key === "Escape" && !ofInputMethod(event);
}

if (place.root) place.over.addEventListener("abort", followCompositions(place.root));
