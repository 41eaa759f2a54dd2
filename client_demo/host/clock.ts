// The server's time, for everything on the host's side that counts down to something or counts up.
import { signal } from "@preact/signals";
import { followServerTime } from "../shared/server_clock";

/** To the second, while a show is open: this device's clock may be wrong, and what ends is ended by the server's. */
export const now = signal(Date.now());

/** Follows the server's clock while a show is open; returns what ends it. */
export function followClock(show: string): () => void {
  return followServerTime(`/v1/shows/${encodeURIComponent(show)}`, (told) => {
    now.value = told;
  });
}
