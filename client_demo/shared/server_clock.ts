// The server's clock, as a page needs that counts down to something: right though the device's clock is not, and after the device has slept.
import { effect, signal } from "@preact/signals";
import { resolve } from "./server";

/** By how much the server's clock is ahead of this device's, in ms; null: not known yet. */
const ahead = signal<number | null>(null);
const AGAIN_MS = 300_000;
/** A jump of the device's clock by more than that is one. */
const JUMP_MS = 2_000;

/** What the answer's `Date` says, which holds whole seconds, of the moment in the middle of asking. Pure. */
export function aheadBy(date: string | null, sent: number, heard: number): number | null {
  const told = Date.parse(date ?? "");
  return Number.isNaN(told) ? null : told + 500 - (sent + heard) / 2;
}

async function ask(path: string): Promise<void> {
  const sent = Date.now();
  const since = performance.now();
  const answer = await fetch(resolve(path), { method: "HEAD", cache: "no-store" }).catch(() => null);
  const took = performance.now() - since;
  // A device that slept meanwhile, or whose clock was set, has measured nothing.
  if (Math.abs(Date.now() - sent - took) > JUMP_MS) return;
  const found = aheadBy(answer?.headers.get("Date") ?? null, sent, sent + took);
  if (found !== null) ahead.value = found;
}

/** The server's time now. */
export function serverNow(): number {
  return Date.now() + (ahead.peek() ?? 0);
}

/** Tells the server's time each second to `tick`, and asks for it anew whenever it may be another; returns what ends it. */
export function followServerTime(path: string, tick: (now: number) => void): () => void {
  let wall = Date.now();
  let steady = performance.now();
  const renew = (): void => void ask(path);
  const beat = (): void => {
    const jumped = Math.abs(Date.now() - wall - (performance.now() - steady)) > JUMP_MS;
    wall = Date.now();
    steady = performance.now();
    if (jumped) renew();
    tick(serverNow());
  };
  const seen = (): void => {
    if (document.visibilityState === "visible") renew();
  };
  renew();
  const beats = setInterval(beat, 1_000);
  const renewals = setInterval(renew, AGAIN_MS);
  document.addEventListener("visibilitychange", seen);
  const stop = effect(() => {
    if (ahead.value !== null) tick(Date.now() + ahead.value);
  });
  return () => {
    clearInterval(beats);
    clearInterval(renewals);
    document.removeEventListener("visibilitychange", seen);
    stop();
  };
}
