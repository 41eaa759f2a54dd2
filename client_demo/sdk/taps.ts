import type { Room } from "./room";
import type { ReactionKind } from "./wire";

const SEND_AFTER_MS = 400;
const TAPS_PER_COMMAND_MAX = 50;

/** Adds taps up and sends them a few times a second at most: a fan with a fast thumb costs no more than a calm one. */
export class Taps {
  private readonly waiting = new Map<ReactionKind, number>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly room: Pick<Room, "tell">) {}

  tap(kind: ReactionKind): void {
    this.waiting.set(kind, (this.waiting.get(kind) ?? 0) + 1);
    this.timer ??= setTimeout(() => this.flush(), SEND_AFTER_MS);
  }

  /** Sends what waits. Without a connection the taps of that moment are dropped: a reaction is about now. */
  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    for (const [kind, n] of this.waiting) {
      for (let left = n; left > 0; left -= TAPS_PER_COMMAND_MAX) {
        this.room.tell("react", { kind, n: Math.min(left, TAPS_PER_COMMAND_MAX) });
      }
    }
    this.waiting.clear();
  }
}
