import { newKey } from "../../../sdk";
import { draftOf, keepDraft } from "../../../shared/drafts";
import { alone, DeviceRecords } from "../../device_records";

/** Units of what is sold, at the price that the person saw, under an offer where there is one. */
export interface WantedLine {
  product: string;
  quantity: number;
  price: number;
  offer?: string;
}

/**
 * What a person wants set aside, under one key, from the tap until the hold has ended. It is kept on the device: no second tap, reload or other
 * tab makes a second hold for the same wish.
 */
export interface Wish {
  key: string;
  viewer: string;
  show: string;
  lines: WantedLine[];
  at: number;
  /** What it became; without it nobody here knows whether it has arrived. */
  hold?: string;
  /** The hold in whose place it was wanted. */
  exchanges?: string;
}

/** By what a person wants to pay for a hold, under one key, from Pay until it is known what became of it. */
interface PayWish {
  hold: string;
  key: string;
  method: string;
  at: number;
}

const wishes = new DeviceRecords<Wish>("hold");
const payWishes = new DeviceRecords<PayWish>("pay");

/** Two wishes for the same products are one, however many of each. */
const placeOf = ({ viewer, show, lines }: Pick<Wish, "viewer" | "show" | "lines">): string =>
  `${viewer}.${show}.${[...new Set(lines.map((each) => each.product))].sort().join("+")}`;

export function wishesOf(viewer: string | undefined, show: string | undefined): Wish[] {
  return wishes.all().filter((each) => each.viewer === viewer && each.show === show);
}

/** Returns what to send for these lines: the wish of before, as long as it is not known to have ended, else a new one. */
export function takeWish(wanted: Pick<Wish, "viewer" | "show" | "lines">): Promise<Wish> {
  return alone(() => {
    const place = placeOf(wanted);
    const before = wishes.all().find((each) => placeOf(each) === place);
    const wish = before ?? { ...wanted, key: newKey(), at: Date.now() };
    wishes.put(place, wish);
    return wish;
  });
}

export function keepHold(wish: Wish, hold: string): void {
  wishes.put(placeOf(wish), { ...wish, hold });
}

export function dropWish(wish: Wish): void {
  wishes.put(placeOf(wish), null);
}

/** The hold is over: the next wish for the same is a new one. */
export function dropWishOf(hold: string): void {
  for (const each of wishes.all()) if (each.hold === hold) dropWish(each);
}

/** Returns the key under which a hold is paid in this way: that of a payment of which it is not known what became, else a new one. */
export function takePayKey(hold: string, method: string): Promise<string> {
  return alone(() => {
    const before = payWishes.all().find((each) => each.hold === hold && each.method === method);
    const wish = before ?? { hold, method, key: newKey(), at: Date.now() };
    payWishes.put(hold, wish);
    return wish.key;
  });
}

export function payKeyOf(hold: string): string | undefined {
  return payWishes.all().find((each) => each.hold === hold)?.key;
}

/** It is known what became of it: the next try is another one. */
export function dropPayKey(hold: string): void {
  payWishes.put(hold, null);
}

const OPEN_PLACE = "checkout.open";
const HELD_PLACE = "checkout.held";

/** Something was held for the person who sits at this tab, by whatever way it came. */
export const noteHeld = (): void => keepDraft(HELD_PLACE, "yes");

/** Whether the server is to be asked what is held. A guest's holds are known to this device; a show's beginning is no storm of guests. */
export function mayHold(viewer: string | undefined, show: string | undefined): boolean {
  return openedBefore() !== "" || draftOf(HELD_PLACE) !== "" || wishesOf(viewer, show).length > 0;
}

/** Which hold's sheet was up when this tab's page was left, to a payment's page or by a reload. */
export const openedBefore = (): string => draftOf(OPEN_PLACE);
export const keepOpened = (hold: string | null): void => keepDraft(OPEN_PLACE, hold ?? "");
