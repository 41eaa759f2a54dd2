import type { Moment } from "./replay";
import type { Server } from "./server";
import type { Comment, Show } from "./wire";

/** A comment that viewers were shown, and at which place of the show. */
export interface PlacedComment extends Comment {
  readonly show_ms: number;
}

export interface MomentPage {
  readonly replay: NonNullable<Show["replay"]>;
  readonly ends_ms: number;
  readonly moments: readonly Moment[];
  readonly next: number | null;
}

interface CommentPage {
  readonly comments: readonly PlacedComment[];
  readonly next: number | null;
}

/** Reads the replay of a show page by page, as whoever `server` asks as. Throws `RefusedError`, with `no_replay` where it has none. */
export class ReplaySource {
  constructor(
    private readonly server: Pick<Server, "request">,
    private readonly show: string,
  ) {}

  moments(after: number): Promise<MomentPage> {
    return this.server.request(`${this.path}?after=${after}`);
  }

  /** The comments behind the one with the number `after`. */
  commentsAfter(after: number): Promise<CommentPage> {
    return this.server.request(`${this.path}/comments?after=${after}`);
  }

  /** The last comments up to a place. */
  commentsUntil(showMs: number, limit: number): Promise<CommentPage> {
    return this.server.request(`${this.path}/comments?until_ms=${Math.floor(showMs)}&limit=${limit}`);
  }

  private get path(): string {
    return `/shows/${encodeURIComponent(this.show)}/replay`;
  }
}

/** So many comments stand at once. */
export const COMMENTS_SHOWN_MAX = 200;
/** So many are held. */
const RUN_MAX = 2_000;
/** Further ones are read when the place is so near to the end of what is known. */
const AHEAD_MS = 20_000;

/** The comments around the place that is watched: an unbroken run of them, read as the place moves. */
export class CommentRun {
  private run: PlacedComment[] = [];
  /** What is known: from the run's first comment, or the beginning, up to here. */
  private from = Number.POSITIVE_INFINITY;
  private until = Number.NEGATIVE_INFINITY;
  private reading = false;

  constructor(
    private readonly source: Pick<ReplaySource, "commentsAfter" | "commentsUntil">,
    private readonly onRead: () => void,
  ) {}

  /** Returns the last comments up to a place; null while they are being read. What lacks is asked for. */
  at(showMs: number): readonly PlacedComment[] | null {
    const known = this.from <= showMs && showMs <= this.until;
    if (!known) void this.read(() => this.jump(showMs));
    else if (showMs + AHEAD_MS > this.until) void this.read(() => this.goOn());
    if (!known) return null;
    const end = this.run.findIndex((each) => each.show_ms > showMs);
    return this.run.slice(0, end < 0 ? undefined : end).slice(-COMMENTS_SHOWN_MAX);
  }

  private async read(ask: () => Promise<void>): Promise<void> {
    if (this.reading) return;
    this.reading = true;
    try {
      await ask();
    } catch {
      // It is asked again with the next place.
      return;
    } finally {
      this.reading = false;
    }
    this.onRead();
  }

  private async jump(showMs: number): Promise<void> {
    const { comments } = await this.source.commentsUntil(showMs, COMMENTS_SHOWN_MAX);
    this.run = [...comments];
    this.until = showMs;
    this.from = comments.length < COMMENTS_SHOWN_MAX ? Number.NEGATIVE_INFINITY : this.wholeFrom();
  }

  private async goOn(): Promise<void> {
    const { comments, next } = await this.source.commentsAfter(this.run.at(-1)?.n ?? 0);
    this.run.push(...comments);
    this.until = next === null ? Number.POSITIVE_INFINITY : (comments.at(-1)?.show_ms ?? this.until);
    if (this.run.length <= RUN_MAX) return;
    this.run.splice(0, this.run.length - RUN_MAX);
    this.from = Math.max(this.from, this.wholeFrom());
  }

  /** From which place on the run has as many before it as are shown. */
  private wholeFrom(): number {
    return this.run[COMMENTS_SHOWN_MAX - 1]?.show_ms ?? Number.POSITIVE_INFINITY;
  }
}
