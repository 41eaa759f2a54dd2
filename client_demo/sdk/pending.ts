import { Backoff } from "./backoff";
import { RefusedError } from "./refused";
import type { CommandType, Refusal, Reply } from "./wire";

/** After this long without a join or an answer a command is given up, in ms. */
export const COMMAND_DEADLINE_MS = 20_000;
const TRIES_MAX = 4;

/** Commands that may be sent twice and count once: a vote is one per viewer, a purchase carries its key, a ping does nothing. */
const REPEATABLE: ReadonlySet<CommandType> = new Set<CommandType>(["buy", "vote", "ping"]);

interface Pending {
  line: { id: number; type: CommandType };
  sent: boolean;
  tries: number;
  resolve: (reply: Reply) => void;
  reject: (error: RefusedError) => void;
  deadline: ReturnType<typeof setTimeout>;
}

/** Commands that wait for a join or for their answer. Each promise ends exactly once: with the reply or with a `RefusedError`. */
export class PendingCommands {
  private readonly waiting = new Map<number, Pending>();
  private readonly backoff = new Backoff(300, 4000);

  constructor(
    private readonly write: (line: object) => void,
    private readonly isJoined: () => boolean,
  ) {}

  add(id: number, type: CommandType, fields: object): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const deadline = setTimeout(() => this.giveUp(id), COMMAND_DEADLINE_MS);
      this.waiting.set(id, { line: { id, type, ...fields }, sent: false, tries: 0, resolve, reject, deadline });
      this.send(id);
    });
  }

  answer(reply: Reply): void {
    this.take(reply.id)?.resolve(reply);
  }

  /** A repeatable command that the server wants later goes again by itself, a few times; everything else is told to the caller. */
  refuse(id: number, refusal: Refusal): void {
    const pending = this.waiting.get(id);
    if (!pending) return;
    if (refusal.retry === "later" && REPEATABLE.has(pending.line.type) && pending.tries < TRIES_MAX) {
      pending.sent = false;
      setTimeout(() => this.send(id), refusal.retry_after_ms ?? this.backoff.nextMs());
      return;
    }
    this.take(id)?.reject(RefusedError.of(refusal));
  }

  /** The connection is gone. What was sent and must not be sent twice ends as `unanswered`; the rest waits for the next join. */
  connectionLost(): void {
    for (const [id, pending] of this.waiting) {
      if (!pending.sent) continue;
      if (REPEATABLE.has(pending.line.type)) pending.sent = false;
      else this.take(id)?.reject(new RefusedError("unanswered", "The connection broke before the answer came."));
    }
  }

  joined(): void {
    for (const id of this.waiting.keys()) this.send(id);
  }

  stopped(reason: string): void {
    for (const id of [...this.waiting.keys()]) this.take(id)?.reject(new RefusedError(reason, "The room was left."));
  }

  private send(id: number): void {
    const pending = this.waiting.get(id);
    if (!pending || pending.sent || !this.isJoined()) return;
    pending.sent = true;
    pending.tries += 1;
    this.write(pending.line);
  }

  private giveUp(id: number): void {
    const pending = this.take(id);
    if (!pending) return;
    const code = pending.tries > 0 ? "unanswered" : "offline";
    pending.reject(new RefusedError(code, "No answer came in time."));
  }

  private take(id: number): Pending | undefined {
    const pending = this.waiting.get(id);
    if (pending) {
      clearTimeout(pending.deadline);
      this.waiting.delete(id);
    }
    return pending;
  }
}
