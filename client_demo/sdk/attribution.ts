// Where a purchase in the shop's own cart came from, kept on the origin of the page until its thank-you page tells it (element/thank_you.ts).

const KEY = "showfloor.attribution";
const HOUR_MS = 3_600_000;

interface Kept {
  id: string;
  /** In ms of the epoch. */
  until: number;
}

/** Keeps an attribution id for so many hours, in the place of one that was kept before. Without storage nothing is kept. */
export function keepAttribution(id: string, hours: number): void {
  try {
    if (id && hours > 0) localStorage.setItem(KEY, JSON.stringify({ id, until: Date.now() + hours * HOUR_MS } satisfies Kept));
  } catch {
    // Storage is off: the order's attribution id comes by the cart's address, or not at all.
  }
}

/** Returns the attribution id that is kept; null when there is none, or its time is over. */
export function keptAttribution(): string | null {
  try {
    const { id, until } = JSON.parse(localStorage.getItem(KEY) ?? "") as Kept;
    if (until > Date.now()) return id;
    forgetAttribution();
  } catch {
    // Nothing is kept, or what is none of ours.
  }
  return null;
}

export function forgetAttribution(): void {
  try {
    localStorage.removeItem(KEY);
  } catch {
    // Storage is off: there is nothing to forget.
  }
}
