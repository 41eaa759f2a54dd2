// What a person wrote and has not sent, or has sent and not seen arrive. It outlives the box that it was written in, a refusal, a reload
// and a crash of the page, in this tab alone (`sessionStorage`).
import { signal } from "@preact/signals";
import { newKey } from "../sdk/key";
import { place } from "./place";

const PREFIX = `${place.kept}showfloor.draft.`;

/** Drafts by their place, such as `answer.q_1`. Reading it while drawing makes the drawing follow. */
export const drafts = signal<ReadonlyMap<string, string>>(stored());

function stored(): Map<string, string> {
  const found = new Map<string, string>();
  try {
    for (let i = 0; i < sessionStorage.length; i++) {
      const key = sessionStorage.key(i) ?? "";
      if (key.startsWith(PREFIX)) found.set(key.slice(PREFIX.length), sessionStorage.getItem(key) ?? "");
    }
  } catch {
    // Storage is off: drafts last as long as the page.
  }
  return found;
}

export function draftOf(place: string): string {
  return drafts.value.get(place) ?? "";
}

/** Keeps what stands in a box; nothing when it is empty. */
export function keepDraft(place: string, text: string): void {
  if (text === (drafts.peek().get(place) ?? "")) return;
  const next = new Map(drafts.peek());
  if (text) next.set(place, text);
  else next.delete(place);
  drafts.value = next;
  try {
    if (text) sessionStorage.setItem(PREFIX + place, text);
    else sessionStorage.removeItem(PREFIX + place);
  } catch {
    // Storage is off or full: the draft lasts as long as the page.
  }
}

/** Forgets all whose places begin so. */
export function dropDrafts(prefix: string): void {
  for (const place of drafts.peek().keys()) if (place.startsWith(prefix)) keepDraft(place, "");
}

/** Within this time the same words in the same box are taken for the same wish. */
const DOUBT_MS = 600_000;

const keyPlace = (place: string, text: string): string => `key.${place}.${text}`;

/**
 * The key under which `text` goes out of this box: one and the same, whatever failed and however often the page was loaded anew, until
 * `forgetKey` says that it is known what became of it.
 */
export function keyOf(place: string, text: string): string {
  const at = keyPlace(place, text);
  const [since = "", kept = ""] = (drafts.peek().get(at) ?? "").split(" ");
  if (kept && Number(since) + DOUBT_MS > Date.now()) return kept;
  const key = newKey();
  keepKey(place, text, key);
  return key;
}

/** What went out under this key may have arrived: the next time that the same is wished for it goes out under it again. */
export function keepKey(place: string, text: string, key: string): void {
  keepDraft(keyPlace(place, text), `${Date.now()} ${key}`);
}

/** The key for a press: that of an earlier one which is in doubt, else a new one for each. */
export function takeKey(place: string, text: string): string {
  const key = keyOf(place, text);
  forgetKey(place, text);
  return key;
}

export function forgetKey(place: string, text: string): void {
  keepDraft(keyPlace(place, text), "");
}

/** Puts text that could not be sent back into its box: above what was written there meanwhile, which is kept. */
export function putBack(place: string, text: string): void {
  const now = drafts.peek().get(place) ?? "";
  if (!now.trim()) keepDraft(place, text);
  else if (now.trim() !== text.trim()) keepDraft(place, `${text}\n${now}`);
}
