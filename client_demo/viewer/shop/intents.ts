import { computed } from "@preact/signals";
import { newKey } from "../../sdk";
import { alone, DeviceRecords } from "../device_records";
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

const records = new DeviceRecords<Intent>("intent");

const placeOf = (viewer: string, showId: string, product: string): string => `${viewer}.${showId}.${product}`;

/** Those of this viewer in this show. */
const own = computed(() => {
  const viewer = identity.value?.viewer;
  const showId = show.value?.id;
  return records.all().filter((each) => each.viewer === viewer && each.show === showId);
});

/** Purchases of which nobody here knows whether they arrived. */
export const doubts = computed(() => own.value.filter((each) => each.sent));

/** Follows what other tabs do; `onSettled` is called when one of them came to know. To be called once. */
export function followIntents(onSettled: (intent: Intent) => void): void {
  records.follow(onSettled);
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
    const found = records.all().find((each) => placeOf(each.viewer, each.show, each.product) === place);
    const same = found && found.quantity === wish.quantity && found.price === wish.price && found.offer === wish.offer;
    const key = found && same ? found.key : newKey();
    const intent = found?.sent ? found : { ...wish, key, at: Date.now(), sent: true };
    records.put(place, intent);
    return { intent, again: found?.sent ?? false };
  });
}

/** It never left this device: the key is kept for the same wish, and another wish may replace it. */
export function markUnsent(intent: Intent): void {
  records.put(placeOf(intent.viewer, intent.show, intent.product), { ...intent, sent: false });
}

/** The doubt is over. Returns whether there still was one. */
export function settle(intent: Intent): boolean {
  const there = records.all().some((each) => each.key === intent.key);
  if (there) records.put(placeOf(intent.viewer, intent.show, intent.product), null);
  return there;
}
