import { signal } from "@preact/signals";

/** Opens the way to pay for a hold, by its id; what buys sets it once it is there. */
export const openTurn = signal<((hold: string) => void) | null>(null);
