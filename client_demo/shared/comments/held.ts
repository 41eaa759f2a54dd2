// The comments that this page has been shown, in their order, without doubles and without a hole that it does not know of. Pure.
import { COMMENTS_MAX, STAFF_COMMENTS_MAX } from "../../sdk/comments";
import type { Comment, Comments, JournalPush } from "../../sdk/wire";

/** Whoever has scrolled up keeps what is there; above that the oldest go all the same. */
const HELD_MAX = 1_000;

export class HeldComments {
  private readonly byPlace = new Map<number, Comment>();
  private readonly places = new Map<string, number>();
  written = 0;
  shown = 0;

  /** Takes over what a snapshot says. What lies before a hole is let go of: a list never looks whole that is not. */
  begin(stream: Comments | null): void {
    const [top, reach] = stream?.told === undefined ? [stream?.shown ?? 0, COMMENTS_MAX] : [stream.told, STAFF_COMMENTS_MAX];
    const lowest = top - reach;
    if (!stream || lowest > this.last || top < this.last) this.clear();
    // What the snapshot's own part of the stream has no more is gone.
    for (const [n, { id }] of [...this.byPlace]) if (n > lowest) this.drop(id);
    this.written = stream?.written ?? 0;
    this.shown = stream?.shown ?? 0;
    this.take(stream?.latest ?? []);
  }

  /** Takes in comments, such as a page of earlier ones. */
  take(comments: readonly Comment[]): void {
    for (const comment of comments) {
      this.byPlace.set(comment.n, comment);
      this.places.set(comment.id, comment.n);
    }
  }

  /** Applies a push; returns whether anything of the stream has changed. */
  hear(push: JournalPush): boolean {
    switch (push.type) {
      case "comment.posted":
        this.written = push.written;
        this.shown = push.shown;
        this.take(push.comments);
        return true;
      case "comment.changed":
      case "comment.erased":
        this.change(push.comment);
        return true;
      case "comment.removed":
        if ("text" in push.comment) this.change(push.comment);
        else this.drop(push.comment.id);
        return true;
      case "comment.reacted":
        for (const { comment, reactions } of push.comments) this.count(comment, reactions);
        return true;
      default:
        return false;
    }
  }

  /** Returns those up to the place `upTo`, the newest last; `most` of them, but all that are held where it is null. */
  list(upTo: number | null, most: number | null): Comment[] {
    const places = [...this.byPlace.keys()].sort((a, b) => a - b);
    const upward = upTo === null ? places : places.filter((n) => n <= upTo);
    return (most === null ? upward : upward.slice(-most)).flatMap((n) => this.byPlace.get(n) ?? []);
  }

  /** Lets go of all but the newest `most`, where nobody looks at the others. */
  trim(most: number = HELD_MAX): void {
    for (const comment of this.list(null, null).slice(0, -most)) this.drop(comment.id);
  }

  /** The place of the first one that is held; 1 where there is none. */
  get first(): number {
    return this.byPlace.size > 0 ? Math.min(...this.byPlace.keys()) : 1;
  }

  private get last(): number {
    return Math.max(0, ...this.byPlace.keys());
  }

  /** Takes a comment as it stands now, unless it is from before the first one that is held. */
  private change(comment: Comment): void {
    if (comment.n > 0 && comment.n >= this.first) this.take([comment]);
  }

  private count(id: string, reactions: Record<string, number>): void {
    const n = this.places.get(id);
    const known = n === undefined ? undefined : this.byPlace.get(n);
    if (known) this.byPlace.set(known.n, { ...known, reactions });
  }

  private drop(id: string): void {
    this.byPlace.delete(this.places.get(id) ?? 0);
    this.places.delete(id);
  }

  private clear(): void {
    this.byPlace.clear();
    this.places.clear();
  }
}
