import type { Line } from "./wire";

/** What a line socket tells its owner. After `onClosed` nothing more comes. */
export interface LineListener {
  onOpen(): void;
  onLine(line: Line): void;
  onClosed(code: number): void;
}

/** One WebSocket that speaks lines of JSON; several may share a frame. It never reconnects: that is the room's decision. */
export class LineSocket {
  private readonly socket: WebSocket;
  private over = false;

  constructor(
    url: string,
    private readonly listener: LineListener,
  ) {
    this.socket = new WebSocket(url);
    this.socket.addEventListener("open", () => !this.over && listener.onOpen());
    this.socket.addEventListener("message", (event) => this.receive(event.data));
    this.socket.addEventListener("close", (event) => this.finish(event.code));
  }

  send(line: object): void {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(line));
  }

  /** Lets go of the socket at once; the listener hears nothing more of it. A dead network would take minutes to close it properly. */
  drop(): void {
    this.over = true;
    this.socket.close(1000);
  }

  private receive(frame: unknown): void {
    if (typeof frame !== "string") return;
    for (const line of frame.split("\n")) {
      if (this.over) return;
      if (line) this.listener.onLine(JSON.parse(line) as Line);
    }
  }

  private finish(code: number): void {
    if (this.over) return;
    this.over = true;
    this.listener.onClosed(code);
  }
}
