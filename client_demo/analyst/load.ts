import { effect, type ReadonlySignal, signal, untracked } from "@preact/signals";
import { request } from "../sdk/http";
import { RefusedError } from "../sdk/refused";
import { session, signOut } from "../shared/staff/session";

/** What was fetched from one path. `value` stays while it is fetched anew; `failure` is the code of the last attempt that failed. */
export interface Fetched<T> {
  path: string | null;
  value: T | null;
  failure: string | null;
}

/**
 * Fetches what `pathOf` names, again whenever it names another path, and again after `againMs(value)` (null: not again). While the page is
 * hidden nothing is fetched. A failure leaves the value and is tried again after 5 s, unless the server says that it is of no use.
 */
export function keepFetched<T>(
  pathOf: () => string | null,
  againMs: (value: T) => number | null,
  read: (path: string, token: string) => Promise<T> = (path, token) => request<T>(path, { token }),
) {
  const state = signal<Fetched<T>>({ path: null, value: null, failure: null });
  let timer = 0;
  let turn = 0;

  async function fetchOnce(path: string, token: string): Promise<void> {
    const mine = ++turn;
    try {
      const value = await read(path, token);
      if (mine !== turn) return;
      state.value = { path, value, failure: null };
      later(path, token, againMs(value));
    } catch (error) {
      if (mine !== turn) return;
      const { code, refusal } = error instanceof RefusedError ? error : new RefusedError("unknown", "");
      if (refusal.retry === "stop") return signOut(code);
      const value = state.value.path === path ? state.value.value : null;
      state.value = { path, value, failure: code };
      later(path, token, refusal.retry === "never" ? null : 5_000);
    }
  }

  function later(path: string, token: string, ms: number | null): void {
    if (ms === null) return;
    timer = window.setTimeout(() => {
      if (document.hidden) later(path, token, ms);
      else void fetchOnce(path, token);
    }, ms);
  }

  effect(() => {
    const path = pathOf();
    const token = session.value?.token;
    clearTimeout(timer);
    turn++;
    if (!path || !token) {
      state.value = { path: null, value: null, failure: null };
      return;
    }
    const before = untracked(() => state.value);
    if (before.path !== path) state.value = { path, value: null, failure: null };
    void fetchOnce(path, token);
  });

  /** Tries again at once, by a person's wish. */
  function again(): void {
    const { path } = state.value;
    const token = session.value?.token;
    clearTimeout(timer);
    if (path && token) void fetchOnce(path, token);
  }

  return { state: state as ReadonlySignal<Fetched<T>>, again };
}
