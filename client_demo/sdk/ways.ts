/** The two ways into a show: the socket, and where sockets are blocked a stream of events with commands by HTTP (PROTOCOL.md, 2.1). */
export type Way = "socket" | "stream";

const MISSES_BEFORE_STREAM = 3;

/**
 * Decides which way is tried next. After a few sockets in a row that did not open the stream is tried, then both in turn: it cannot be
 * known from outside whether sockets are blocked or the server is away. A socket that neither opens nor fails is a sure sign by itself.
 */
export class Ways {
  private misses = 0;

  next(): Way {
    return this.misses >= MISSES_BEFORE_STREAM && this.misses % 2 === 1 ? "stream" : "socket";
  }

  /** An attempt ended before it had joined. */
  missed(silent = false): void {
    this.misses = silent ? Math.max(MISSES_BEFORE_STREAM, this.misses + 1) : this.misses + 1;
  }

  joined(way: Way): void {
    this.misses = way === "socket" ? 0 : MISSES_BEFORE_STREAM;
  }
}
