import type { Refusal } from "./wire";

/** What a room does next: it is the only place where a code or a closing decides anything. */
export type Decision =
  | { act: "tell" } // the command failed; the connection is fine
  | { act: "again"; afterMs: number | null } // the same once more; null: after a backoff
  | { act: "rejoin"; fresh: boolean } // join again; fresh: without the position, for a new snapshot
  | { act: "renew" } // the token ended: renew it, then join
  | { act: "forget_token"; reason: string } // the token is of no use: join as a new guest, if that is allowed
  | { act: "stop"; reason: string }; // do not come back without a person's act

/** How a refusal of a command other than `join` is met. */
export function onCommandRefused(refusal: Refusal, ofStaff = false): Decision {
  if (refusal.code === "join_first") return { act: "rejoin", fresh: false };
  if (isOver(refusal.code, ofStaff)) return { act: "renew" };
  if (refusal.retry === "stop") return { act: "stop", reason: refusal.code };
  return { act: "tell" };
}

/** How a refusal of `join` is met: here "never" means that this show cannot be joined. */
export function onJoinRefused(refusal: Refusal, withToken: boolean, ofStaff = false): Decision {
  if (isOver(refusal.code, ofStaff)) return { act: "renew" };
  // `forbidden` is how a token of another channel is refused.
  const tokenRefused = ["unauthenticated", "forbidden", "token_revoked"].includes(refusal.code);
  if (tokenRefused && withToken) return { act: "forget_token", reason: refusal.code };
  if (refusal.retry === "later") return { act: "again", afterMs: refusal.retry_after_ms ?? null };
  if (refusal.retry === "reload") return { act: "rejoin", fresh: true };
  return { act: "stop", reason: refusal.code };
}

/** Whether a token is refused that may be renewed: its time is over, or the rights of one of the channel's people have changed. */
function isOver(code: string, ofStaff: boolean): boolean {
  return code === "token_expired" || (ofStaff && code === "token_revoked");
}

/** How the end of a socket is met, by its closing code (RFC 6455 and PROTOCOL.md, section 3). */
export function onClosed(code: number, ofStaff = false): Decision {
  switch (code) {
    case 1003:
    case 1007:
    case 1009:
    case 4400:
      return { act: "stop", reason: "protocol" };
    case 4401:
      return { act: "renew" };
    case 4403:
      return { act: "stop", reason: "banned" };
    case 4411:
      return { act: "stop", reason: "forbidden" };
    case 4410:
      return ofStaff ? { act: "renew" } : { act: "forget_token", reason: "token_revoked" };
    case 4429:
      return { act: "again", afterMs: 30_000 };
    default:
      return { act: "again", afterMs: null };
  }
}
