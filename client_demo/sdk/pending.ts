import { Backoff } from "./backoff";
import { newKey } from "./key";
import { RefusedError } from "./refused";
import type { CommandType, Refusal, Reply } from "./wire";

/** After this long without a join or an answer a command is given up, in ms. */
export const COMMAND_DEADLINE_MS = 20_000;
/** A person who has confirmed a purchase, or wants something set aside, is told sooner that no answer has come. */
export const PURCHASE_DEADLINE_MS = 10_000;
const TRIES_MAX = 4;

/** Commands that are given a key, under which the server carries them out once. What is about money brings its own. */
const KEYED: ReadonlySet<CommandType> = new Set<CommandType>([
  "ask",
  "share",
  "announce",
  "question.approve",
  "question.answer",
  "question.dismiss",
  "question.restore",
  "question.hold",
  "question.begin",
  "question.undo",
  "question.merge",
  "question.label",
  "question.many",
  "question.withdraw",
  "question.pin",
  "question.unpin",
  "question.stage",
  "question.unstage",
  "product.pin",
  "announce.remove",
  "product.unpin",
  "product.restock",
  "viewer.ban",
  "viewer.unban",
  "viewer.sanction",
  "sanction.lift",
  "appeal.answer",
  "report",
  "report.settle",
  "arrival.settle",
  "arrival.decline",
]);

/** Commands that change nothing the second time. */
const HARMLESS_TWICE: ReadonlySet<CommandType> = new Set<CommandType>([
  "vote",
  "ping",
  "question.claim",
  "question.release",
  "show.moderate",
  "show.hand_over",
  "show.start",
  "show.end",
]);

/**
 * Money is never queued: what is about it is sent at once or not at all, and on another connection only by a person's act. Its key would make
 * a repetition safe, but what was written into a connection that broke may never have arrived, and then the repetition would be the purchase.
 */
const isMoney = (type: CommandType): boolean => type === "buy" || type === "hold" || type === "pay";

/** A payment waits for its provider, which the server gives ten seconds. */
const deadlineOf = (type: CommandType): number => (isMoney(type) && type !== "pay" ? PURCHASE_DEADLINE_MS : COMMAND_DEADLINE_MS);

interface Pending {
  line: { id: number; type: CommandType };
  /** Whether it may be sent again and counts once. */
  repeatable: boolean;
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
    private readonly isOffline: () => boolean = () => false,
  ) {}

  /** How many wait. */
  get size(): number {
    return this.waiting.size;
  }

  add(id: number, type: CommandType, fields: object): Promise<Reply> {
    return new Promise((resolve, reject) => {
      if (isMoney(type) && (!this.isJoined() || this.isOffline())) {
        reject(new RefusedError("offline", "There is no connection; nothing was sent."));
        return;
      }
      const deadline = setTimeout(() => this.giveUp(id), deadlineOf(type));
      const line = { ...(KEYED.has(type) && { key: newKey() }), ...fields, id, type };
      const repeatable = "key" in line || HARMLESS_TWICE.has(type);
      this.waiting.set(id, { line, repeatable, sent: false, tries: 0, resolve, reject, deadline });
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
    // Over the limit at its first try nothing was done, and the person may decide; later the first try may have been carried out.
    const inDoubt = refusal.code !== "too_fast" || pending.tries > 1;
    if (refusal.retry === "later" && pending.repeatable && inDoubt && pending.tries < TRIES_MAX) {
      pending.sent = false;
      setTimeout(() => this.send(id), refusal.retry_after_ms ?? this.backoff.nextMs());
      return;
    }
    this.take(id)?.reject(RefusedError.of(refusal));
  }

  /** The connection is gone. What was sent and must not be sent twice ends as `unanswered`; the rest waits for the next join. */
  connectionLost(): void {
    for (const [id, pending] of this.waiting) {
      const money = isMoney(pending.line.type);
      if (!pending.sent && !money) continue;
      if (pending.repeatable && !money) pending.sent = false;
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
