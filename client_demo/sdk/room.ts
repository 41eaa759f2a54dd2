import { isOffline, watchAttention } from "./attention";
import { Backoff } from "./backoff";
import { Bearer, type JoinWishes, type TokenSource } from "./bearer";
import { Clocks, JOIN_DEADLINE_MS } from "./clocks";
import { type Decision, onClosed, onCommandRefused, onJoinRefused } from "./decision";
import { Heartbeat } from "./heartbeat";
import { joinLine } from "./join_line";
import { waysTo } from "./open_ways";
import { PendingCommands } from "./pending";
import { type PushListener, PushListeners } from "./push_listeners";
import { Resting } from "./resting";
import type { RoomOptions } from "./room_options";
import { type RoomView, Views } from "./room_view";
import { Server } from "./server";
import { applyPulse, applyPush, begin, place } from "./state";
import { type Entrant, WayIn } from "./way_in";
import type { CommandType, FieldsOf, Joined, JournalPush, Line, PrivatePush, Refusal, Reply, ReplyOf } from "./wire";

/** One show as one viewer lives it: joins, recovers, applies pushes, sends commands, and comes back by itself. */
export class Room {
  /** The server's HTTP half, asked as this viewer. */
  readonly server: Server;
  private readonly views = new Views();
  private readonly pushListeners = new PushListeners();
  private readonly pending: PendingCommands;
  private readonly heartbeat: Heartbeat;
  private readonly backoff: Backoff;
  private readonly wayIn: WayIn;
  private readonly bearer: Bearer;
  private entered = false;
  /** Another one after each start and stop. */
  private visit = 0;
  private nextId = 1;
  private joinId: number | null = null;
  private readonly resting = new Resting(() => {
    if (this.view.link.is === "joined") this.join();
  });
  private readonly clocks = new Clocks(
    () => this.missJoin(),
    () => this.connect(),
  );
  private unwatch: () => void = () => undefined;

  constructor(private readonly options: RoomOptions) {
    this.server = new Server(options.url, () => this.view.identity?.token);
    const onToken = (token: string | null, guest: boolean): void => options.onToken?.(token, guest);
    this.bearer = new Bearer(options.token ?? null, options.wishes ?? {}, this.server.base, onToken, () => void this.renew());
    this.backoff = new Backoff(500, 15_000, options.random);
    const entrant: Entrant = {
      onOpen: () => this.join(),
      onLine: (line) => this.hear(line),
      onClosed: (code) => this.hearClosed(code),
      onMoved: () => {
        this.expectJoin();
        this.join();
      },
      isBusy: () => this.pending.size > 0 || this.joinId !== null,
    };
    this.wayIn = new WayIn(waysTo(this.server, options), entrant, JOIN_DEADLINE_MS, options.random);
    this.pending = new PendingCommands(
      (line) => this.wayIn.send(line),
      () => this.view.link.is === "joined",
      isOffline,
    );
    this.heartbeat = new Heartbeat(
      () => this.wayIn.send({ id: this.nextId++, type: "ping" }),
      () => this.lose(null),
    );
  }

  get view(): RoomView {
    return this.views.current;
  }

  /** Hears the view now and after each change; changes of one turn are told once. Returns what ends it. */
  subscribe(listener: (view: RoomView) => void): () => void {
    return this.views.subscribe(listener);
  }

  /** Hears each journal push once, in order, after it was applied, and the state before it. */
  onPush(listener: PushListener): () => void {
    return this.pushListeners.add(listener);
  }

  start(): void {
    if (this.view.link.is !== "idle" && this.view.link.is !== "stopped") return;
    this.unwatch();
    this.unwatch = watchAttention({
      onWake: () => this.wake(),
      onOffline: () => this.heartbeat.probe(2_500),
      onVisible: (visible) => this.resting.attend(visible),
    });
    this.backoff.reset();
    this.visit++;
    this.change({ link: { is: "joining" } });
    this.connect();
  }

  /** Leaves the show. Commands without an answer end with `reason` as their code. */
  stop(reason = "left"): void {
    this.visit++;
    this.unwatch();
    this.letGo();
    this.clocks.stopWaiting();
    this.bearer.rest();
    this.resting.end();
    this.change({ link: { is: "stopped", reason } });
    this.pending.stopped(reason);
  }

  /** Sends a command and returns its answer; waits for the next join if there is none now. Throws `RefusedError`. */
  command<T extends CommandType>(type: T, fields: FieldsOf<T>): Promise<ReplyOf<T>> {
    if (this.view.link.is === "stopped") this.start();
    return this.pending.add(this.nextId++, type, fields) as Promise<unknown> as Promise<ReplyOf<T>>;
  }

  /** Sends a command whose loss does not matter, and asks for no answer. Returns whether it was handed to a joined socket. */
  tell<T extends CommandType>(type: T, fields: FieldsOf<T>): boolean {
    if (this.view.link.is !== "joined") return false;
    this.wayIn.send({ type, ...fields });
    return true;
  }

  /** Joins once more as somebody else, such as a guest who has signed in at the shop: on the same socket, so that they keep what they did. */
  async rejoinAs(token: TokenSource): Promise<void> {
    const visit = this.visit;
    this.bearer.use(token);
    const answered = this.bearer.isAsked || (await this.bearer.ask());
    if (visit !== this.visit || this.view.link.is !== "joined") return;
    if (answered) this.join();
    else this.lose(null);
  }

  /** Joins once more with other wishes, such as a name, on the same socket. */
  rejoinWith(wishes: JoinWishes): void {
    this.bearer.wish(wishes);
    if (this.view.link.is === "joined") this.join();
  }

  private connect(): void {
    this.clocks.stopWaiting();
    if (!this.bearer.isAsked) return void this.askThenConnect();
    this.expectJoin();
    this.wayIn.connect();
  }

  private async askThenConnect(): Promise<void> {
    const visit = this.visit;
    const answered = await this.bearer.ask();
    if (visit !== this.visit) return;
    if (answered) this.connect();
    else this.lose(null);
  }

  private expectJoin(): void {
    this.entered = false;
    this.clocks.expectJoin();
  }

  private missJoin(): void {
    if (!isOffline()) this.wayIn.missed(true);
    this.lose(null);
  }

  private hearClosed(code: number): void {
    if (!this.entered && !isOffline()) this.wayIn.missed();
    this.act(onClosed(code, this.ofStaff));
  }

  private join(): void {
    this.joinId = this.nextId++;
    this.wayIn.send(joinLine(this.joinId, this.options.show, this.bearer, this.view.state, this.resting));
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
        return this.change({ state: this.view.state && applyPulse(this.view.state, line) });
      case "reconnect":
        return this.act({ act: "again", afterMs: line.after_ms });
      case "gap":
        return this.join();
      case "question.answering":
        return this.options.onAnswering?.(line);
      default:
        // What has no place in the journal is for this viewer alone; kinds that a listener does not know are nothing to it.
        if ("offset" in line) this.hearPush(line as JournalPush);
        else this.options.onPrivate?.(line as PrivatePush);
    }
  }

  private welcome(joined: Joined): void {
    if (joined.id !== this.joinId) return;
    this.joinId = null;
    this.clocks.joinEnded();
    this.entered = true;
    this.backoff.reset();
    this.wayIn.joined();
    this.heartbeat.start();
    this.change({ identity: this.bearer.take(joined, this.view.identity) });
    const before = this.view.state;
    const state = joined.snapshot ? begin(joined.position, joined.snapshot, before) : before;
    this.change({ link: { is: "joined", way: this.wayIn.way }, state, joins: this.view.joins + 1 });
    this.pending.joined();
  }

  private hearPush(push: JournalPush): void {
    const state = this.view.state;
    if (!state) return;
    const found = place(state.position, push.offset);
    // While a join is out, the answer to it closes the hole.
    if (found === "jump" && this.joinId === null && !this.resting.pulseOnly) this.lose(null);
    if (found !== "next") return;
    this.change({ state: applyPush(state, push) });
    this.pushListeners.tell(push, state);
  }

  /** Whether one of the channel's people is here, or nobody else may be: their token may be renewed when their rights have changed. */
  private get ofStaff(): boolean {
    return (this.view.identity?.role ?? (this.options.guest === false ? "host" : "viewer")) !== "viewer";
  }

  private hearRefusal(refusal: Refusal): void {
    if (this.joinId !== null && refusal.id === this.joinId) {
      this.joinId = null;
      this.bearer.takeRefused(refusal);
      return this.act(onJoinRefused(refusal, this.bearer.isKnown, this.ofStaff), refusal.code);
    }
    const decision = onCommandRefused(refusal, this.ofStaff);
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
    this.clocks.retryIn(afterMs ?? this.backoff.nextMs());
  }

  private letGo(): void {
    this.clocks.joinEnded();
    this.heartbeat.stop();
    this.wayIn.drop();
    this.joinId = null;
    if (this.view.link.is === "joined") this.change({ link: { is: "reconnecting", offline: false, why: null } });
    this.pending.connectionLost();
  }

  private wake(): void {
    if (this.view.link.is === "joined") {
      this.heartbeat.probe(3_000);
      this.wayIn.lookForSocket(0);
    } else if (this.clocks.waits) this.connect();
  }

  private async renew(): Promise<void> {
    if (!this.bearer.isKnown) return this.lose(null);
    const ended = await this.bearer.renew();
    if (ended) return this.forgetToken(ended);
    if (this.view.link.is === "joined") this.join();
    else if (this.view.link.is !== "stopped") this.lose(null);
  }

  private forgetToken(code: string): void {
    if (this.bearer.forget(this.options.guest ?? true)) this.lose(0);
    else this.stop(code);
  }

  private change(part: Partial<RoomView>): void {
    this.views.change(part);
  }
}
