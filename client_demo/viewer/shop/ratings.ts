import { signal } from "@preact/signals";

/** What approved reviews of a product come to. */
export interface Rating {
  mean: number | null;
  n: number;
}

/** By product; empty until the late parts have asked. */
export const ratings = signal<Readonly<Record<string, Rating>>>({});
