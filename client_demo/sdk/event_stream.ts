import type { LineListener } from "./line_socket";
import type { Line } from "./wire";

/** The server sends something at least every 25 s; a stream that is silent for longer than this is dead. */
const SILENCE_MS = 60_000;
const JOIN_FIELDS = ["name", "remember", "wording", "source", "share", "own_share", "pulse_only"] as const;
const CUT = 1006;
const TOKEN_ENDED = 4401;

interface Sent {
  type: string;
  id?: number;
  token?: string;
  position?: { epoch: string; offset: number };
  playing?: boolean;
  [field: string]: unknown;
}

interface Problem {
  code?: string;
  detail?: string;
  title?: string;
}

/**
 * The other way in, in the shape of a socket: `join` opens a stream of events, every other command is a request of its own. Lines and
 * closing codes are those of the socket, so whoever uses it need not know which way it goes.
 */
export class EventStream {
  private readonly path: string;
  private over = false;
  private token = "";
  private name = "";
  private playing = false;
  private reading: AbortController | null = null;
  private silence: ReturnType<typeof setTimeout> | undefined;

  /** `base` is put before `/v1`: the server's address, empty for the one that the page is from. */
  constructor(
    base: string,
    show: string,
    private readonly listener: LineListener,
  ) {
    this.path = `${base}/v1/live/${encodeURIComponent(show)}`;
    queueMicrotask(() => this.over || listener.onOpen());
  }

  send(line: object): void {
    const sent = line as Sent;
    if (sent.type === "join") void this.join(sent);
    else if (sent.type === "playing") void this.tellPlaying(sent);
    else void this.post(sent);
  }

  drop(): void {
    this.over = true;
    clearTimeout(this.silence);
    this.reading?.abort();
  }

  private async join(line: Sent): Promise<void> {
    this.reading?.abort();
    const reading = new AbortController();
    this.reading = reading;
    this.token = line.token ?? "";
    this.name = Math.random().toString(36).slice(2);
    try {
      const response = await fetch(`${this.path}/events?${this.queryOf(line)}`, {
        headers: this.headersOf(line),
        cache: "no-store",
        signal: reading.signal,
      });
      if (response.ok && response.body) await this.read(response.body, line, reading.signal);
      else await this.refuse(response, line);
    } catch {
      // What ended it is told below: a stream that was cut, or one that another `join` has replaced.
    }
    if (!reading.signal.aborted) this.finish(CUT);
  }

  private queryOf(line: Sent): URLSearchParams {
    const query = new URLSearchParams({ stream: this.name });
    for (const field of JOIN_FIELDS) if (line[field] !== undefined) query.set(field, String(line[field]));
    if (this.playing) query.set("playing", "true");
    return query;
  }

  private headersOf(line: Sent): HeadersInit {
    return {
      Accept: "text/event-stream",
      ...(this.token && { Authorization: `Bearer ${this.token}` }),
      ...(line.position && { "Last-Event-ID": `${line.position.epoch}:${line.position.offset}` }),
    };
  }

  private async read(body: ReadableStream<Uint8Array>, join: Sent, signal: AbortSignal): Promise<void> {
    const reader = body.getReader();
    const decoder = new TextDecoder();
    let unread = "";
    for (;;) {
      this.heard();
      const { value, done } = await reader.read();
      if (done || signal.aborted) return;
      const events = (unread + decoder.decode(value, { stream: true })).split("\n\n");
      unread = events.pop() ?? "";
      for (const event of events) if (!signal.aborted) this.take(event, join);
    }
  }

  private heard(): void {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => this.finish(CUT), SILENCE_MS);
  }

  private take(event: string, join: Sent): void {
    const lines = event.split("\n");
    const data = lines.find((each) => each.startsWith("data:"))?.slice(5);
    if (!data) return;
    const said = JSON.parse(data) as { type?: string; token?: string; code?: number };
    if (lines.includes("event: close")) return this.finish(said.code ?? CUT);
    if (said.type === "joined" && said.token) this.token = said.token;
    this.listener.onLine((said.type === "joined" ? { ...said, id: join.id } : said) as Line);
  }

  private async tellPlaying(line: Sent): Promise<void> {
    if (line.playing === this.playing) return;
    this.playing = line.playing ?? true;
    // Another process than the one that has the stream was asked: a new stream says it from its start.
    if ((await this.post(line)) === "not_found" && !this.over) this.listener.onLine({ type: "gap" });
  }

  /** Returns the code of a refusal, if it was refused. A request that was not answered is a cut, unless nobody waits for the answer. */
  private async post(line: Sent): Promise<string | null> {
    const response = await fetch(`${this.path}/commands?stream=${this.name}`, {
      method: "POST",
      headers: { Authorization: `Bearer ${this.token}`, "Content-Type": "application/json" },
      body: JSON.stringify(line),
    }).catch(() => null);
    if (this.over) return null;
    if (response?.ok) {
      const reply: unknown = response.status === 204 ? null : await response.json().catch(() => null);
      if (reply && !this.over) this.listener.onLine(reply as Line);
      return null;
    }
    if (response) return this.refuse(response, line);
    if (line.id !== undefined) this.finish(CUT);
    return null;
  }

  /** Tells a problem document as the socket tells a refusal; an answer that is none comes from a proxy, and is a cut. */
  private async refuse(response: Response, line: Sent): Promise<string | null> {
    const problem = (await response.json().catch(() => ({}))) as Problem;
    const { code, detail, title } = problem;
    if (this.over || line.type === "playing") return code ?? null;
    if (!code) this.finish(CUT);
    else if (code === "token_expired" && line.type !== "join") this.finish(TOKEN_ENDED);
    else this.listener.onLine({ ...problem, type: "error", id: line.id, message: detail ?? title ?? code } as unknown as Line);
    return code ?? null;
  }

  private finish(code: number): void {
    if (this.over) return;
    this.drop();
    this.listener.onClosed(code);
  }
}
