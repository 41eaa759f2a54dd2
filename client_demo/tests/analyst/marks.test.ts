import { describe, expect, it } from "vitest";
import type { Mark, MarkKind, SeriesReport } from "../../analyst/report";
import { endOf, foldSeries, marksWithin, pinnedAt, pinSpans, stepFor } from "../../analyst/show/marks";

function mark(t: number, kind: MarkKind, text = "cup"): Mark {
  return { t, at: "2026-01-01T10:00:00Z", kind, subject: "p_1", text };
}

function series(watching: number[], step = 10, duration: number | null = null): SeriesReport {
  const ones = watching.map(() => 1);
  return {
    definition_version: 1,
    as_of: "2026-01-01T11:00:00Z",
    provisional: false,
    show: {
      id: "s",
      channel: "c",
      title: "t",
      host: "h",
      state: "ended",
      started_at: null,
      ended_at: null,
      duration_seconds: duration,
    },
    step_seconds: step,
    suspected_bots_left_out: 0,
    t: watching.map((_n, i) => i * step),
    watching,
    reactions: ones,
    questions: ones,
    clicks: ones,
    orders: ones,
    marks: [],
  };
}

describe("stretches of pinning", () => {
  it("end with the next pin, with unpinning, or with the show", () => {
    const marks = [
      mark(5, "product.pinned", "cup"),
      mark(8, "question.answered"),
      mark(20, "product.pinned", "pot"),
      mark(30, "product.unpinned"),
      mark(40, "product.pinned", "tray"),
    ];
    expect(pinSpans(marks, 60)).toEqual([
      { from: 5, to: 20, text: "cup" },
      { from: 20, to: 30, text: "pot" },
      { from: 40, to: 60, text: "tray" },
    ]);
  });

  it("tell what was pinned at a time", () => {
    const spans = pinSpans([mark(5, "product.pinned", "cup"), mark(20, "product.unpinned")], 60);
    expect(pinnedAt(spans, 4)).toBeUndefined();
    expect(pinnedAt(spans, 5)?.text).toBe("cup");
    expect(pinnedAt(spans, 20)).toBeUndefined();
  });
});

describe("a folded series", () => {
  it("keeps the greatest watching and adds up everything else", () => {
    const { step, rows } = foldSeries(series([1, 7, 3, 2, 9, 4]), 3);
    expect(step).toBe(20);
    expect(rows.map((row) => [row.t, row.watching, row.orders])).toEqual([
      [0, 7, 2],
      [20, 3, 2],
      [40, 9, 2],
    ]);
  });

  it("stays as it is when it is short enough", () => {
    expect(foldSeries(series([1, 2]), 3)).toMatchObject({ step: 10, rows: { length: 2 } });
  });

  it("of a day still has few enough rows", () => {
    const { rows } = foldSeries(
      series(
        Array.from({ length: 4320 }, () => 1),
        20,
      ),
      120,
    );
    expect(rows.length).toBeLessThanOrEqual(120);
    expect(rows.reduce((sum, row) => sum + row.orders, 0)).toBe(4320);
  });
});

it("draws to the end of the show or of the last step, whichever is later", () => {
  expect(endOf(series([1, 2], 10, 17))).toBe(20);
  expect(endOf(series([], 10, 17))).toBe(17);
});

it("finds what happened within one step", () => {
  const marks = [mark(9.9, "announce"), mark(10, "question.answered"), mark(20, "announce")];
  expect(marksWithin(marks, 10, 10).map((each) => each.t)).toEqual([10]);
});

it("asks for a wider step the longer the show is", () => {
  expect([600, 3600, 7200, 86_400].map(stepFor)).toEqual([10, 10, 20, 300]);
});
