// How much of what is written is shown, over the last few seconds. Pure.

const WINDOW_MS = 5_000;

interface Told {
  at: number;
  written: number;
  shown: number;
}

/** How many a second are written and shown, in whole numbers; null while nothing is left out. */
export interface Part {
  written: number;
  shown: number;
}

export class Rate {
  private told: Told[] = [];

  /** Takes the totals that were told at a time, in milliseconds. */
  hear(at: number, written: number, shown: number): void {
    this.told = [...this.since(at - WINDOW_MS), { at, written, shown }];
  }

  /** Returns what is shown of how much now. */
  part(now: number): Part | null {
    const recent = this.since(now - WINDOW_MS);
    const [first] = recent;
    const last = recent.at(-1);
    if (!first || !last) return null;
    const [written, shown] = [last.written - first.written, last.shown - first.shown];
    if (written <= shown) return null;
    const seconds = Math.max(1, (last.at - first.at) / 1000);
    return { written: Math.ceil(written / seconds), shown: Math.max(1, Math.round(shown / seconds)) };
  }

  private since(at: number): Told[] {
    return this.told.filter((each) => each.at >= at);
  }
}
