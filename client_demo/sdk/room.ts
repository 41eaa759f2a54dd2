import { watchAttention } from "./attention";
import { Backoff } from "./backoff";
import { type Decision, onClosed, onCommandRefused, onJoinRefused } from "./decision";
import { Heartbeat } from "./heartbeat";
import { request } from "./http";
import { openLate } from "./late_socket";
import { type LineListener, LineSocket } from "./line_socket";
import { PendingCommands } from "./pending";
import { applyPulse, applyPush, begin, place, type RoomState } from "./state";
import { type Way, Ways } from "./ways";
import type { AnsweringPush, CommandType, FieldsOf, Joined, JournalPush, Line, Refusal, Reply, ReplyOf, Role } from "./wire";

/** Where the connection stands. `stopped` ends only by a person's act: `room.start()`. */
export type Link =
  | { is: "idle" }
  | { is: "joining" }
  | { is: "joined"; way: Way }
  | { is: "reconnecting"; offline: boolean; why: string | null }
  | { is: "stopped"; reason: string };

export interface Identity {
  /** What the viewer is called here, when the name that they wished for or had is reserved for staff. */
  renamed: { wish: string | null; name: string; guest: number | null } | null;
  viewer: string;
  role: Role;
  token: string;
  expiresAt: string;
}

/** What pages draw. A new object whenever anything in it changed; its parts keep their identity while they did not. */
export interface RoomView {
  readonly link: Link;
  readonly state: RoomState | null;
  readonly identity: Identity | null;
  /** How often this room has joined. The server forgets with each join what it was told of the connection, such as `playing`. */
  readonly joins: number;
}

/** What a join says of the viewer, beside show, token and position. */
export interface JoinWishes {
  name?: string;
  remember?: boolean;
  source?: string;
  share?: string;
}

export interface RoomOptions {
  show: string;
  token?: string | null;
  /** Whether a token that is of no use any more may be forgotten, to join as a new guest. Not for staff pages. */
  guest: boolean;
  wishes?: JoinWishes;
  /** Hears each token that the server gives, to keep it where the person agreed to; null: forget it. */
  onToken?: (token: string | null) => void;
  /** Hears who is answering a question; the server tells staff alone. */
  onAnswering?: (push: AnsweringPush) => void;
  /** Makes the socket; a test gives its own. */
  openSocket?: OpenLines;
  /** Makes the stream that is taken where sockets do not open; a test gives its own. */
  openStream?: OpenLines;
  random?: () => number;
}

type Lines = Pick<LineSocket, "send" | "drop">;
type OpenLines = (listener: LineListener) => Lines;
type ViewListener = (view: RoomView) => void;
type PushListener = (push: JournalPush) => void;

const JOIN_DEADLINE_MS = 10_000;
/** How long a room that goes by the stream waits, at most, before it looks whether sockets open again. */
const SOCKET_AGAIN_MS = { first: 30_000, most: 10 * 60_000 };
const HIDDEN_BEFORE_PULSE_ONLY_MS = 60_000;
const RENEW_BEFORE_END_MS = 10 * 60_000;
const TIMER_MAX_MS = 2 ** 31 - 1;

function isOffline(): boolean {
  return typeof navigator !== "undefined" && navigator.onLine === false;
}

function liveUrl(): string {
  return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/v1/live`;
}

/** One show as one viewer lives it: joins, recovers, applies pushes, sends commands, and comes back by itself. */
export class Room {
  private current: RoomView = { link: { is: "idle" }, state: null, identity: null, joins: 0 };
  private told = this.current;
  private readonly viewListeners = new Set<ViewListener>();
  private readonly pushListeners = new Set<PushListener>();
  private readonly pending: PendingCommands;
  private readonly heartbeat: Heartbeat;
  private readonly backoff: Backoff;
  private readonly ways = new Ways();
  private readonly socketAgain: Backoff;
  private readonly open: Readonly<Record<Way, OpenLines>>;
  private way: Way = "socket";
  private entered = false;
  private socket: Lines | null = null;
  private probe: Lines | null = null;
  private nextId = 1;
  private joinId: number | null = null;
  private token: string | null;
  private wishes: JoinWishes;
  private pulseOnly = false;
  private joinTimer: ReturnType<typeof setTimeout> | undefined;
  private waitTimer: ReturnType<typeof setTimeout> | undefined;
  private probeTimer: ReturnType<typeof setTimeout> | undefined;
  private hiddenTimer: ReturnType<typeof setTimeout> | undefined;
  private renewTimer: ReturnType<typeof setTimeout> | undefined;
  private unwatch: () => void = () => undefined;

  constructor(private readonly options: RoomOptions) {
    this.token = options.token ?? null;
    this.wishes = { ...options.wishes };
    this.backoff = new Backoff(500, 15_000, options.random);
    this.socketAgain = new Backoff(SOCKET_AGAIN_MS.first, SOCKET_AGAIN_MS.most, options.random);
    this.open = {
      socket: options.openSocket ?? ((listener) => new LineSocket(liveUrl(), listener)),
      stream: options.openStream ?? ((listener) => openLate(options.show, listener)),
    };
    this.pending = new PendingCommands(
      (line) => this.socket?.send(line),
      () => this.current.link.is === "joined",
      isOffline,
    );
    this.heartbeat = new Heartbeat(
      () => this.socket?.send({ id: this.nextId++, type: "ping" }),
      () => this.lose(null),
    );
  }

  get view(): RoomView {
    return this.current;
  }

  /** Hears the view now and after each change; changes of one turn are told once. Returns what ends it. */
  subscribe(listener: ViewListener): () => void {
    this.viewListeners.add(listener);
    listener(this.current);
    return () => this.viewListeners.delete(listener);
  }

  /** Hears each journal push once, in order, after it was applied. */
  onPush(listener: PushListener): () => void {
    this.pushListeners.add(listener);
    return () => this.pushListeners.delete(listener);
  }

  start(): void {
    if (this.current.link.is !== "idle" && this.current.link.is !== "stopped") return;
    this.unwatch();
    this.unwatch = watchAttention({
      onWake: () => this.wake(),
      onOffline: () => this.heartbeat.probe(2_500),
      onVisible: (visible) => this.attend(visible),
    });
    this.backoff.reset();
    this.change({ link: { is: "joining" } });
    this.connect();
  }

  /** Leaves the show. Commands without an answer end with `reason` as their code. */
  stop(reason = "left"): void {
    this.unwatch();
    this.letGo();
    clearTimeout(this.waitTimer);
    clearTimeout(this.renewTimer);
    clearTimeout(this.hiddenTimer);
    this.change({ link: { is: "stopped", reason } });
    this.pending.stopped(reason);
  }

  /** Sends a command and returns its answer; waits for the next join if there is none now. Throws `RefusedError`. */
  command<T extends CommandType>(type: T, fields: FieldsOf<T>): Promise<ReplyOf<T>> {
    if (this.current.link.is === "stopped") this.start();
    return this.pending.add(this.nextId++, type, fields) as Promise<unknown> as Promise<ReplyOf<T>>;
  }

  /** Sends a command whose loss does not matter, and asks for no answer. Returns whether it was handed to a joined socket. */
  tell<T extends CommandType>(type: T, fields: FieldsOf<T>): boolean {
    if (this.current.link.is !== "joined") return false;
    this.socket?.send({ type, ...fields });
    return true;
  }

  /** Joins once more with other wishes, such as a name, on the same socket. */
  rejoinWith(wishes: JoinWishes): void {
    this.wishes = { ...this.wishes, ...wishes };
    if (this.current.link.is === "joined") this.join();
  }

  private connect(): void {
    clearTimeout(this.waitTimer);
    this.waitTimer = undefined;
    this.way = this.ways.next();
    this.expectJoin();
    this.socket = this.open[this.way]({
      onOpen: () => this.join(),
      onLine: (line) => this.hear(line),
      onClosed: (code) => this.hearClosed(code),
    });
  }

  private expectJoin(): void {
    this.entered = false;
    clearTimeout(this.joinTimer);
    this.joinTimer = setTimeout(() => {
      if (!isOffline()) this.ways.missed(this.way === "socket");
      this.lose(null);
    }, JOIN_DEADLINE_MS);
  }

  private hearClosed(code: number): void {
    if (!this.entered && !isOffline()) this.ways.missed();
    this.act(onClosed(code));
  }

  /** Going by the stream: looks later, and quietly, whether a socket opens by now. */
  private lookForSocket(afterMs = this.socketAgain.nextMs()): void {
    this.leaveProbe();
    if (this.way === "stream") this.probeTimer = setTimeout(() => this.trySocket(), afterMs);
  }

  private trySocket(): void {
    const probe: Lines = this.open.socket({
      onOpen: () => this.moveTo(probe),
      onLine: (line) => this.hear(line),
      onClosed: (code) => (this.socket === probe ? this.hearClosed(code) : this.lookForSocket()),
    });
    this.probe = probe;
    this.probeTimer = setTimeout(() => this.lookForSocket(), JOIN_DEADLINE_MS);
  }

  /** Goes on by a socket that has opened: joins there with the position. A command under way keeps the stream until it is answered. */
  private moveTo(socket: Lines): void {
    if (this.pending.size > 0 || this.joinId !== null) return this.lookForSocket(SOCKET_AGAIN_MS.first / 10);
    this.probe = null;
    this.leaveProbe();
    this.socket?.drop();
    this.socket = socket;
    this.way = "socket";
    this.expectJoin();
    this.join();
  }

  private leaveProbe(): void {
    clearTimeout(this.probeTimer);
    this.probe?.drop();
    this.probe = null;
  }

  private join(): void {
    this.joinId = this.nextId++;
    const position = this.current.state?.position;
    this.socket?.send({
      id: this.joinId,
      type: "join",
      show: this.options.show,
      ...this.wishes,
      ...(this.token && { token: this.token }),
      ...(position && { position }),
      ...(this.pulseOnly && { pulse_only: true }),
    });
  }

  private hear(line: Line): void {
    this.heartbeat.heard();
    switch (line.type) {
      case "joined":
        return this.welcome(line as Joined);
      case "error":
        return this.hearRefusal(line as Refusal);
      case "ok":
      case "pong":
        return this.pending.answer(line as Reply);
      case "pulse":
        return this.change({ state: this.current.state && applyPulse(this.current.state, line) });
      case "reconnect":
        return this.act({ act: "again", afterMs: line.after_ms });
      case "gap":
        return this.join();
      case "question.answering":
        return this.options.onAnswering?.(line);
      default:
        if ("offset" in line) this.hearPush(line as JournalPush);
    }
  }

  private welcome(joined: Joined): void {
    if (joined.id !== this.joinId) return;
    this.joinId = null;
    clearTimeout(this.joinTimer);
    this.entered = true;
    this.backoff.reset();
    this.ways.joined(this.way);
    if (this.way === "socket") this.socketAgain.reset();
    this.lookForSocket();
    this.heartbeat.start();
    this.take(joined);
    const before = this.current.state;
    const state = joined.snapshot ? begin(joined.position, joined.snapshot, before) : before;
    this.change({ link: { is: "joined", way: this.way }, state, joins: this.current.joins + 1 });
    this.pending.joined();
  }

  private take(joined: Joined): void {
    const { viewer, role, expires_at: expiresAt } = joined;
    if (joined.token) {
      this.token = joined.token;
      this.options.onToken?.(joined.token);
    }
    const before = this.current.identity?.renamed ?? null;
    const renamed = joined.name_refused
      ? { wish: this.wishes.name ?? null, name: joined.name ?? "", guest: joined.guest ?? null }
      : this.wishes.name
        ? null
        : before;
    // What was refused is not wished for again with every join.
    if (renamed) delete this.wishes.name;
    this.change({ identity: { viewer, role, expiresAt, token: this.token ?? "", renamed } });
    clearTimeout(this.renewTimer);
    const inMs = Date.parse(expiresAt) - Date.now() - RENEW_BEFORE_END_MS;
    if (inMs < TIMER_MAX_MS) this.renewTimer = setTimeout(() => void this.renew(), Math.max(inMs, 30_000));
  }

  private hearPush(push: JournalPush): void {
    const state = this.current.state;
    if (!state) return;
    const found = place(state.position, push.offset);
    if (found === "seen") return;
    if (found === "jump") {
      // While a join is out, the answer to it closes the hole.
      if (this.joinId === null && !this.pulseOnly) this.lose(null);
      return;
    }
    this.change({ state: applyPush(state, push) });
    for (const listener of this.pushListeners) listener(push);
  }

  private hearRefusal(refusal: Refusal): void {
    if (this.joinId !== null && refusal.id === this.joinId) {
      this.joinId = null;
      return this.act(onJoinRefused(refusal, this.token !== null), refusal.code);
    }
    const decision = onCommandRefused(refusal);
    if (refusal.id !== undefined) this.pending.refuse(refusal.id, refusal);
    if (decision.act !== "tell") this.act(decision, refusal.code);
  }

  private act(decision: Decision, why: string | null = null): void {
    switch (decision.act) {
      case "tell":
        return;
      case "again":
        return this.lose(decision.afterMs, why);
      case "rejoin":
        if (decision.fresh) this.change({ state: null });
        return this.join();
      case "renew":
        this.letGo();
        return void this.renew();
      case "forget_token":
        return this.forgetToken(decision.reason);
      case "stop":
        return this.stop(decision.reason);
    }
  }

  /** Lets the socket go, waits (with jitter, unless the server named a time) and connects again. */
  private lose(afterMs: number | null, why: string | null = null): void {
    this.letGo();
    this.change({ link: { is: "reconnecting", offline: isOffline(), why } });
    clearTimeout(this.waitTimer);
    this.waitTimer = setTimeout(() => this.connect(), afterMs ?? this.backoff.nextMs());
  }

  private letGo(): void {
    clearTimeout(this.joinTimer);
    this.leaveProbe();
    this.heartbeat.stop();
    this.socket?.drop();
    this.socket = null;
    this.joinId = null;
    if (this.current.link.is === "joined") this.change({ link: { is: "reconnecting", offline: false, why: null } });
    this.pending.connectionLost();
  }

  private wake(): void {
    if (this.current.link.is === "joined") {
      this.heartbeat.probe(3_000);
      this.lookForSocket(0);
    } else if (this.waitTimer !== undefined) this.connect();
  }

  /** A page that nobody has seen for a while takes no journal pushes; coming back it recovers from its position. */
  private attend(visible: boolean): void {
    clearTimeout(this.hiddenTimer);
    if (!visible) this.hiddenTimer = setTimeout(() => this.rest(true), HIDDEN_BEFORE_PULSE_ONLY_MS);
    else if (this.pulseOnly) this.rest(false);
  }

  private rest(pulseOnly: boolean): void {
    this.pulseOnly = pulseOnly;
    if (this.current.link.is === "joined") this.join();
  }

  private async renew(): Promise<void> {
    const old = this.token;
    if (!old) return this.lose(null);
    try {
      const renewed = await request<{ token: string }>("/tokens/renew", { token: old, body: {} });
      this.token = renewed.token;
      this.options.onToken?.(renewed.token);
    } catch (error) {
      const code = (error as { code?: string }).code ?? "";
      if (["token_expired", "token_revoked", "unauthenticated"].includes(code)) return this.forgetToken(code);
    }
    if (this.current.link.is === "joined") this.join();
    else if (this.current.link.is !== "stopped") this.lose(null);
  }

  private forgetToken(code: string): void {
    this.options.onToken?.(null);
    if (!this.options.guest) return this.stop(code);
    this.token = null;
    this.lose(0);
  }

  private change(part: Partial<RoomView>): void {
    const wasTold = this.current === this.told;
    this.current = { ...this.current, ...part };
    if (wasTold) queueMicrotask(() => this.tellView());
  }

  private tellView(): void {
    this.told = this.current;
    for (const listener of this.viewListeners) listener(this.current);
  }
}
