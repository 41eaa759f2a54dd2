import { describe, expect, it } from "vitest";
import type { Comment, JournalPush } from "../../sdk";
import { HeldComments } from "../../shared/comments/held";
import { Rate } from "../../viewer/comments/rate";

const comment = (n: number, more: Partial<Comment> = {}): Comment => ({
  id: `cm_${n}`,
  text: `no ${n}`,
  author: "Aki",
  at: "2026-11-27T12:00:00Z",
  n,
  ...more,
});
const posted = (from: number, to: number): JournalPush => ({
  type: "comment.posted",
  offset: to,
  at: "2026-11-27T12:00:00Z",
  written: to,
  shown: to,
  comments: Array.from({ length: to - from + 1 }, (_, i) => comment(from + i)),
});
const stream = (shown: number, from = Math.max(1, shown - 49)) => ({
  written: shown,
  shown,
  latest: Array.from({ length: shown - from + 1 }, (_, i) => comment(from + i)),
});
const places = (held: HeldComments) => held.list(null, null).map(({ n }) => n);

describe("what is held of a stream", () => {
  it("goes on over a snapshot that joins on, and forgets what lies before a hole", () => {
    const held = new HeldComments();
    held.begin(stream(60));
    held.hear(posted(61, 80));
    held.begin(stream(100));
    expect(places(held)).toEqual(Array.from({ length: 90 }, (_, i) => i + 11));
    held.begin(stream(200));
    expect(places(held)[0]).toBe(151);
  });

  it("loses what was removed while nobody listened", () => {
    const held = new HeldComments();
    held.begin(stream(3));
    held.begin({ ...stream(4), latest: [comment(1), comment(4)] });
    expect(places(held)).toEqual([1, 4]);
  });

  it("stops where one stopped, and is bounded all the same", () => {
    const held = new HeldComments();
    held.begin(stream(50));
    held.hear(posted(51, 60));
    expect(held.list(50, null).at(-1)?.n).toBe(50);
    held.hear(posted(61, 2_000));
    held.trim();
    expect(places(held).length).toBe(1_000);
  });

  it("counts reactions and takes what is gone away", () => {
    const held = new HeldComments();
    held.begin(stream(2));
    const at = { offset: 3, at: "" };
    held.hear({ type: "comment.reacted", ...at, comments: [{ comment: "cm_2", reactions: { heart: 3 } }] });
    held.hear({ type: "comment.removed", ...at, comment: { id: "cm_1" } });
    expect(held.list(null, null)).toEqual([comment(2, { reactions: { heart: 3 } })]);
  });
});

describe("what is said of a flood", () => {
  it("is nothing while all is shown, then how many a second, and nothing again when it is over", () => {
    const rate = new Rate();
    rate.hear(0, 10, 10);
    rate.hear(1_000, 15, 15);
    expect(rate.part(1_000)).toBeNull();
    for (let second = 2; second <= 6; second++) rate.hear(second * 1_000, second * 500, 15 + second * 10);
    expect(rate.part(6_000)?.shown).toBeGreaterThanOrEqual(8);
    expect(rate.part(6_000)?.written).toBeGreaterThan(300);
    expect(rate.part(20_000)).toBeNull();
  });
});
