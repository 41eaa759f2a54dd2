// What was prepared for a show, kind by kind: its polls, giveaways, offers, auctions and surveys.
import { effect, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { newKey } from "../sdk/key";
import { ask } from "../shared/staff/ask";
import { isOwn, snapshot } from "./desk";

/** Something may be prepared in the studio, or over the API, at any time. */
const QUIET_MS = 15_000;

export interface PreparedList<T> {
  list: ReadonlySignal<readonly T[]>;
  /** The one that the next tap does something with. */
  picked: Signal<string | null>;
  load(): Promise<void>;
  /** Keeps a new one. Throws `RefusedError`. */
  keep<K>(body: object): Promise<K>;
  /** Looks again now and then while a panel is drawn. */
  useFresh(everyMs?: number): void;
}

/** Reads the show's `kind`, anew whenever `running` is another: the show's picture changes with every push, that with few. */
export function preparedList<T>(
  kind: string,
  running: ReadonlySignal<string>,
  list: Signal<readonly T[]> = signal([]),
): PreparedList<T> {
  const path = (): string => `/shows/${encodeURIComponent(snapshot.peek()?.show.id ?? "")}/${kind}`;
  const load = async (): Promise<void> => {
    // What partners sell and ask is theirs, and not told here.
    if (!isOwn.peek()) return;
    try {
      list.value = (await ask<Record<string, T[]>>(path()))[kind] ?? [];
    } catch {
      // What stands here stays; the next look tries again.
    }
  };
  effect(() => {
    running.value;
    void load();
  });
  return {
    list,
    picked: signal<string | null>(null),
    load,
    keep: async <K>(body: object): Promise<K> => {
      const made = await ask<K>(path(), { method: "POST", body, key: newKey() });
      await load();
      return made;
    },
    useFresh: (everyMs = QUIET_MS) => {
      useEffect(() => {
        const timer = setInterval(() => void load(), everyMs);
        return () => clearInterval(timer);
      }, [everyMs]);
    },
  };
}
