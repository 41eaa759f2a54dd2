import type { Room } from "./room";

const SEND_AFTER_MS = 1_000;
const PRODUCTS_PER_COMMAND_MAX = 20;

/** Reports product cards that were really seen (the page decides what that means), each once per visit, several in one command. */
export class Impressions {
  private readonly reported = new Set<string>();
  private readonly waiting = new Set<string>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly room: Pick<Room, "tell">) {}

  saw(product: string): void {
    if (this.reported.has(product)) return;
    this.waiting.add(product);
    this.timer ??= setTimeout(() => this.flush(), SEND_AFTER_MS);
  }

  /** Reports at once what waits. Called before a click is told, so that nobody clicks before they have seen. */
  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (!this.waiting.size) return;
    const products = [...this.waiting].slice(0, PRODUCTS_PER_COMMAND_MAX);
    if (!this.room.tell("impression", { products })) {
      this.timer = setTimeout(() => this.flush(), SEND_AFTER_MS);
      return;
    }
    for (const product of products) {
      this.waiting.delete(product);
      this.reported.add(product);
    }
    if (this.waiting.size > 0) this.timer = setTimeout(() => this.flush(), SEND_AFTER_MS);
  }
}
