// What the person chose about the page's looks. Nothing here identifies anybody; storage may be forbidden, then the choice lasts a page.

import { place } from "./place";

const PREFIX = `${place.kept}showfloor.`;

export function readPreference(name: string): string | null {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

export function writePreference(name: string, value: string): void {
  try {
    localStorage.setItem(PREFIX + name, value);
  } catch {
    // Storage is off: the choice lasts as long as the page.
  }
}
