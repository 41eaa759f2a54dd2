import { Backoff } from "./backoff";
import type { LineListener, LineSocket } from "./line_socket";
import { type Way, Ways } from "./ways";
import type { Line } from "./wire";

export type Lines = Pick<LineSocket, "send" | "drop">;
export type OpenLines = (listener: LineListener) => Lines;

/** What the room does about what comes by the way in. */
export interface Entrant {
  /** Somebody could join now. */
  onOpen(): void;
  onLine(line: Line): void;
  onClosed(code: number): void;
  /** It goes on by a socket that has opened, and has to join there. */
  onMoved(): void;
  /** Whether an answer is awaited that would come by the old way. */
  isBusy(): boolean;
}

/** How long a room that goes by the stream waits, at most, before it looks whether sockets open again. */
const SOCKET_AGAIN_MS = { first: 30_000, most: 10 * 60_000 };

/** What leads to the server: a socket, or a stream where sockets do not open, and then, from time to time, a look whether one opens by now. */
export class WayIn {
  private readonly ways = new Ways();
  private readonly socketAgain: Backoff;
  private taken: Way = "socket";
  private lines: Lines | null = null;
  private probe: Lines | null = null;
  private probeTimer: ReturnType<typeof setTimeout> | undefined;

  /** A socket that has not opened after `patienceMs` is looked for later. */
  constructor(
    private readonly open: Readonly<Record<Way, OpenLines>>,
    private readonly entrant: Entrant,
    private readonly patienceMs: number,
    random?: () => number,
  ) {
    this.socketAgain = new Backoff(SOCKET_AGAIN_MS.first, SOCKET_AGAIN_MS.most, random);
  }

  get way(): Way {
    return this.taken;
  }

  /** Opens the way that is next. */
  connect(): void {
    const { entrant } = this;
    this.taken = this.ways.next();
    this.lines = this.open[this.taken]({
      onOpen: () => entrant.onOpen(),
      onLine: (line) => entrant.onLine(line),
      onClosed: (code) => entrant.onClosed(code),
    });
  }

  send(line: object): void {
    this.lines?.send(line);
  }

  /** Nobody could join by it; `hung`: it did not even close. */
  missed(hung = false): void {
    this.ways.missed(hung && this.taken === "socket");
  }

  /** Somebody has joined by it. */
  joined(): void {
    this.ways.joined(this.taken);
    if (this.taken === "socket") this.socketAgain.reset();
    this.lookForSocket();
  }

  /** Going by the stream: looks later, and quietly, whether a socket opens by now. */
  lookForSocket(afterMs = this.socketAgain.nextMs()): void {
    this.leaveProbe();
    if (this.taken === "stream") this.probeTimer = setTimeout(() => this.trySocket(), afterMs);
  }

  drop(): void {
    this.leaveProbe();
    this.lines?.drop();
    this.lines = null;
  }

  private trySocket(): void {
    const probe: Lines = this.open.socket({
      onOpen: () => this.moveTo(probe),
      onLine: (line) => this.entrant.onLine(line),
      onClosed: (code) => (this.lines === probe ? this.entrant.onClosed(code) : this.lookForSocket()),
    });
    this.probe = probe;
    this.probeTimer = setTimeout(() => this.lookForSocket(), this.patienceMs);
  }

  /** Goes on by a socket that has opened. A command under way keeps the stream until it is answered. */
  private moveTo(socket: Lines): void {
    if (this.entrant.isBusy()) return this.lookForSocket(SOCKET_AGAIN_MS.first / 10);
    this.probe = null;
    this.leaveProbe();
    this.lines?.drop();
    this.lines = socket;
    this.taken = "socket";
    this.entrant.onMoved();
  }

  private leaveProbe(): void {
    clearTimeout(this.probeTimer);
    this.probe?.drop();
    this.probe = null;
  }
}
