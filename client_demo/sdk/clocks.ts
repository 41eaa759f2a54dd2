/** How long the answer to a join is waited for. */
export const JOIN_DEADLINE_MS = 10_000;

type Timer = ReturnType<typeof setTimeout> | undefined;

/** The two clocks of a connection: until when the answer to a join is due, and when the connection is tried again. */
export class Clocks {
  private due: Timer;
  private retry: Timer;

  constructor(
    private readonly onOverdue: () => void,
    private readonly onRetry: () => void,
  ) {}

  /** Whether a new try is waited for. */
  get waits(): boolean {
    return this.retry !== undefined;
  }

  expectJoin(): void {
    clearTimeout(this.due);
    this.due = setTimeout(this.onOverdue, JOIN_DEADLINE_MS);
  }

  /** No join is expected any more. */
  joinEnded(): void {
    clearTimeout(this.due);
  }

  retryIn(ms: number): void {
    clearTimeout(this.retry);
    this.retry = setTimeout(this.onRetry, ms);
  }

  /** Nothing is tried again by itself. */
  stopWaiting(): void {
    clearTimeout(this.retry);
    this.retry = undefined;
  }
}
