// A switch that colleagues use too may turn round in the moment before the finger comes down. What was pressed is what the eye had seen.

const SEEN_AFTER_MS = 600;

/** One of several things is on, or none: `null`. */
export class Toggle {
  private now: string | null | undefined = undefined;
  private before: string | null = null;
  private changedAt = Number.NEGATIVE_INFINITY;
  private mine: string | null | undefined = undefined;

  constructor(private readonly clock: () => number = () => performance.now()) {}

  /** Takes how it stands now; undefined: nothing is shown yet. */
  learn(value: string | null | undefined): void {
    if (value === this.now) return;
    // What this person did themselves comes as no surprise, and neither does what is drawn first.
    const expected = value === this.mine || this.now === undefined;
    this.before = this.now ?? null;
    this.now = value;
    this.changedAt = expected ? Number.NEGATIVE_INFINITY : this.clock();
    this.mine = undefined;
  }

  /** Returns what is to be on after a press on `id`; what is on already when that is what the person wanted. */
  press(id: string): string | null {
    const seen = this.clock() - this.changedAt < SEEN_AFTER_MS ? this.before : this.now;
    const wanted = seen === id ? null : id;
    this.mine = wanted;
    return wanted;
  }
}
