import type { Place, Wishes } from "../shared/place";

/** What an element can do with its page while it is open. */
export interface OpenPage {
  /** Goes on in another language, such as `ja` or `en-GB`; one that is not known changes nothing. */
  speak(language: string): void;
  /** Goes on as somebody else. */
  become(token: Wishes["token"]): void;
  /** Whether the show around a counter is watched. */
  watch(plays: boolean): void;
}

/** Draws a page of its own in a place; it lasts until `place.over`. */
export type Open = (place: Place) => OpenPage;
