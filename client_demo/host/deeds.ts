// What this person did: each deed shows at once, says how it went, and can be taken back where that is possible.
import { computed, signal } from "@preact/signals";
import { RefusedError } from "../sdk/refused";

export type DeedState = "waiting" | "sending" | "done" | "failed" | "undone";

export interface Deed {
  id: number;
  /** What is done, in words: written when it is drawn, so that it follows the language. */
  say: () => string;
  state: DeedState;
  /** Why it failed. */
  why: (() => string) | null;
  undo: (() => void) | null;
  /** Sends at once what waits for a possible undo. */
  now: (() => void) | null;
}

const KEPT = 30;
export const deeds = signal<readonly Deed[]>([]);
let newest = 0;

/** The deed to be taken back next: the newest that stands, if it can be; never an older one behind the back of one that cannot. */
export const undoable = computed(() => {
  const standing = deeds.value.find((deed) => deed.state !== "undone" && deed.state !== "failed");
  return standing?.undo ? standing : null;
});

function change(id: number, what: Partial<Deed>): void {
  deeds.value = deeds.value.map((deed) => (deed.id === id ? { ...deed, ...what } : deed));
}

function add(deed: Omit<Deed, "id">): number {
  const id = ++newest;
  deeds.value = [{ ...deed, id }, ...deeds.value].slice(0, KEPT);
  return id;
}

interface Attempt {
  say: () => string;
  /** Sends the command. */
  send: () => Promise<unknown>;
  /** Takes back what was shown ahead, when the command was refused. Returns why it was, in words. */
  refused: (error: RefusedError) => () => string;
  /** Undoes it once it was done. */
  undo?: (() => void) | undefined;
}

/** The deed that is being taken back just now: what is attempted meanwhile is its undoing and no deed of its own. */
let takingBack: number | null = null;

/** Sends a command and keeps the person informed of it. */
export async function attempt({ say, send, refused, undo }: Attempt): Promise<void> {
  if (takingBack === null) {
    await carryOut(add({ say, state: "sending", why: null, undo: null, now: null }), send, refused, undo);
    return;
  }
  const id = takingBack;
  change(id, { state: "sending" });
  await carryOut(id, send, refused, undefined, "undone");
}

async function carryOut(
  id: number,
  send: Attempt["send"],
  refused: Attempt["refused"],
  undo: Attempt["undo"],
  end: DeedState = "done",
): Promise<void> {
  try {
    await send();
    change(id, { state: end, undo: undo ? () => takeBack(id, undo) : null, now: null });
  } catch (error) {
    const why = refused(error instanceof RefusedError ? error : new RefusedError("unknown", String(error)));
    change(id, { state: "failed", why, undo: null, now: null });
  }
}

function takeBack(id: number, undo: () => void): void {
  change(id, { state: "undone", undo: null, now: null });
  takingBack = id;
  try {
    undo();
  } finally {
    takingBack = null;
  }
}

/** The same for what cannot be undone once it was sent: it waits `ms`, in which it can be taken back or sent at once. */
export function attemptLater(ms: number, { say, send, refused, undo }: Attempt): void {
  const id = add({ say, state: "waiting", why: null, undo: null, now: null });
  const timer = setTimeout(() => go(), ms);
  const go = (): void => {
    clearTimeout(timer);
    removeEventListener("pagehide", go);
    change(id, { state: "sending", undo: null, now: null });
    void carryOut(id, send, refused, undefined);
  };
  addEventListener("pagehide", go);
  change(id, {
    now: go,
    undo: () => {
      clearTimeout(timer);
      removeEventListener("pagehide", go);
      takeBack(id, undo ?? (() => undefined));
    },
  });
}
