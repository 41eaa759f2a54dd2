import type { RoomState } from "./state";
import type { JournalPush } from "./wire";

export type PushListener = (push: JournalPush, before: RoomState) => void;

/** Who hears of each journal push. */
export class PushListeners {
  private readonly listeners = new Set<PushListener>();

  /** Returns what ends it. */
  add(listener: PushListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  tell(push: JournalPush, before: RoomState): void {
    for (const listener of this.listeners) listener(push, before);
  }
}
