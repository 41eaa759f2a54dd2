import { computed, signal } from "@preact/signals";
import { newKey } from "../../sdk";
import { place as pagePlace } from "../../shared/place";
import { identity, show } from "../session";

/**
 * What a person has confirmed, under one key, from Confirm until it is known what became of it. It is kept on the device: neither closing the
 * sheet nor a reload, another tab or a crash makes a second key for the same wish.
 */
export interface Intent {
  key: string;
  viewer: string;
  show: string;
  product: string;
  quantity: number;
  /** What the person saw. */
  price: number;
  /** Under which offer. */
  offer?: string | undefined;
  /** In ms of the epoch. */
  at: number;
  /** Whether it may have reached the server. One that has not can still become another. */
  sent: boolean;
}

const PREFIX = `${pagePlace.kept}showfloor.intent.`;
/** After this long the guest's own token has ended too, and nobody could ask any more. */
const KEPT_MS = 24 * 3_600_000;

/** Where storage is off, intents last as long as the page. */
const inMemory = new Map<string, string>();
const changes = signal(0);

const placeOf = (viewer: string, showId: string, product: string): string => `${PREFIX}${viewer}.${showId}.${product}`;

function readAll(): Intent[] {
  const found = new Map(inMemory);
  try {
    for (const place of Object.keys(localStorage)) {
      if (place.startsWith(PREFIX)) found.set(place, localStorage.getItem(place) ?? "");
    }
  } catch {
    // Storage is off.
  }
  return [...found].flatMap(([place, text]) => parse(place, text) ?? []);
}

function parse(place: string, text: string): Intent | null {
  try {
    const intent = JSON.parse(text) as Intent;
    if (intent.at + KEPT_MS > Date.now()) return intent;
  } catch {
    // Not ours, or cut off: of no use.
  }
  write(place, null);
  return null;
}

function write(place: string, intent: Intent | null): void {
  inMemory.delete(place);
  try {
    if (intent) localStorage.setItem(place, JSON.stringify(intent));
    else localStorage.removeItem(place);
  } catch {
    if (intent) inMemory.set(place, JSON.stringify(intent));
  }
}

/** Those of this viewer in this show. */
const own = computed(() => {
  changes.value;
  const viewer = identity.value?.viewer;
  const showId = show.value?.id;
  return readAll().filter((each) => each.viewer === viewer && each.show === showId);
});

/** Purchases of which nobody here knows whether they arrived. */
export const doubts = computed(() => own.value.filter((each) => each.sent));

/** Follows what other tabs do; `onSettled` is called when one of them came to know. To be called once. */
export function followIntents(onSettled: (intent: Intent) => void): void {
  const hear = (event: StorageEvent): void => {
    if (!event.key?.startsWith(PREFIX)) return;
    changes.value++;
    const before = event.newValue === null && event.oldValue !== null ? (JSON.parse(event.oldValue) as Intent) : null;
    if (before) onSettled(before);
  };
  window.addEventListener("storage", hear, { signal: pagePlace.over });
}

/** Runs `work` while no other tab of this device does. */
function alone<T>(work: () => T): Promise<T> {
  // Locks exist where the page is served safely; elsewhere two tabs would have to be pressed within the same millisecond.
  return "locks" in navigator ? navigator.locks.request("showfloor.intents", work) : Promise.resolve(work());
}

/**
 * Returns the intent to send for what the person confirmed, kept as sent: the one that is in doubt, whatever was chosen now, or else
 * one for this quantity at this price. `again`: it may have reached the server before.
 */
export function takeIntent(wish: Pick<Intent, "viewer" | "show" | "product" | "quantity" | "price" | "offer">): Promise<{
  intent: Intent;
  again: boolean;
}> {
  return alone(() => {
    const place = placeOf(wish.viewer, wish.show, wish.product);
    const found = readAll().find((each) => placeOf(each.viewer, each.show, each.product) === place);
    const same = found && found.quantity === wish.quantity && found.price === wish.price && found.offer === wish.offer;
    const key = found && same ? found.key : newKey();
    const intent = found?.sent ? found : { ...wish, key, at: Date.now(), sent: true };
    write(place, intent);
    changes.value++;
    return { intent, again: found?.sent ?? false };
  });
}

/** It never left this device: the key is kept for the same wish, and another wish may replace it. */
export function markUnsent(intent: Intent): void {
  write(placeOf(intent.viewer, intent.show, intent.product), { ...intent, sent: false });
  changes.value++;
}

/** The doubt is over. Returns whether there still was one. */
export function settle(intent: Intent): boolean {
  const there = readAll().some((each) => each.key === intent.key);
  if (there) write(placeOf(intent.viewer, intent.show, intent.product), null);
  changes.value++;
  return there;
}
