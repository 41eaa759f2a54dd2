import { signal } from "@preact/signals";

/** What the address asks for: a show, or the list when there is none, and the show to compare with. */
export interface Place {
  show: string | null;
  compare: string | null;
}

function read(): Place {
  const query = new URLSearchParams(location.search);
  return { show: query.get("show"), compare: query.get("compare") };
}

export const place = signal<Place>(read());

addEventListener("popstate", () => {
  place.value = read();
});

/** Returns the address of a place, keeping what else the query holds (a language, for one). */
export function addressOf({ show, compare }: Place): string {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of [
    ["show", show],
    ["compare", compare],
  ] as const) {
    if (value) query.set(name, value);
    else query.delete(name);
  }
  const text = query.toString();
  return location.pathname + (text ? `?${text}` : "");
}

export function go(next: Place): void {
  history.pushState(null, "", addressOf(next));
  place.value = next;
  scrollTo(0, 0);
}

/** Changes the place without a step in the history. */
export function stay(next: Place): void {
  history.replaceState(history.state, "", addressOf(next));
  place.value = next;
}
