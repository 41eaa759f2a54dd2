import type { Identity } from "./bearer";
import type { RoomState } from "./state";
import type { Way } from "./ways";

/** Where the connection stands. `stopped` ends only by a person's act: `room.start()`. */
export type Link =
  | { is: "idle" }
  | { is: "joining" }
  | { is: "joined"; way: Way }
  | { is: "reconnecting"; offline: boolean; why: string | null }
  | { is: "stopped"; reason: string };

/** What pages draw. A new object whenever anything in it changed; its parts keep their identity while they did not. */
export interface RoomView {
  readonly link: Link;
  readonly state: RoomState | null;
  readonly identity: Identity | null;
  /** How often this room has joined. The server forgets with each join what it was told of the connection, such as `playing`. */
  readonly joins: number;
}

type ViewListener = (view: RoomView) => void;

/** Holds the newest view, and tells it to whoever listens: the changes of one turn once. */
export class Views {
  private told: RoomView;
  private readonly listeners = new Set<ViewListener>();

  constructor(private view: RoomView = { link: { is: "idle" }, state: null, identity: null, joins: 0 }) {
    this.told = view;
  }

  get current(): RoomView {
    return this.view;
  }

  /** Hears the view now and after each change. Returns what ends it. */
  subscribe(listener: ViewListener): () => void {
    this.listeners.add(listener);
    listener(this.view);
    return () => this.listeners.delete(listener);
  }

  change(part: Partial<RoomView>): void {
    const wasTold = this.view === this.told;
    this.view = { ...this.view, ...part };
    if (wasTold) queueMicrotask(() => this.tell());
  }

  private tell(): void {
    this.told = this.view;
    for (const listener of this.listeners) listener(this.view);
  }
}
