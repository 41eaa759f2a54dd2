/**
 * Waiting times between attempts: uniform between 0 and a bound that doubles from `firstMs` to `mostMs` ("full jitter"), so that thousands
 * who lost the same server do not come back in the same second.
 */
export class Backoff {
  private attempt = 0;

  constructor(
    private readonly firstMs = 500,
    private readonly mostMs = 15_000,
    private readonly random: () => number = Math.random,
  ) {}

  /** Returns how long to wait before the next attempt, in ms. */
  nextMs(): number {
    const bound = Math.min(this.mostMs, this.firstMs * 2 ** this.attempt);
    this.attempt = Math.min(this.attempt + 1, 30);
    return Math.round(this.random() * bound);
  }

  /** To be called when an attempt succeeded. */
  reset(): void {
    this.attempt = 0;
  }
}
