import type { Refusal } from "./wire";

/**
 * A command or request did not succeed. `code` is one of PROTOCOL.md's table, or of our own two: `offline` (it was never sent, nothing
 * happened) and `unanswered` (it was sent
 * and no answer came in time: only the server knows. Whatever takes a key was sent several times by then, under the same key).
 */
export class RefusedError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly refusal: Partial<Refusal> = {},
  ) {
    super(message);
    this.name = "RefusedError";
  }

  static of(refusal: Refusal): RefusedError {
    return new RefusedError(refusal.code, refusal.message, refusal);
  }
}
