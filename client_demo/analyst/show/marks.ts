import type { Mark, SeriesReport } from "../report";

/** A stretch of the show during which one product was pinned; seconds since the start. */
export interface PinSpan {
  from: number;
  to: number;
  text: string;
}

/** The end of the drawn time in seconds since the start. */
export function endOf(series: SeriesReport): number {
  const last = series.t.at(-1);
  const drawn = last === undefined ? 0 : last + series.step_seconds;
  return Math.max(drawn, series.show.duration_seconds ?? 0);
}

/** The stretches in which a product was pinned: each ends with the next pin, the unpinning, or the show. */
export function pinSpans(marks: readonly Mark[], end: number): PinSpan[] {
  const spans: PinSpan[] = [];
  let open: PinSpan | null = null;
  for (const mark of marks) {
    if (mark.kind !== "product.pinned" && mark.kind !== "product.unpinned") continue;
    if (open) spans.push({ ...open, to: mark.t });
    open = mark.kind === "product.pinned" ? { from: mark.t, to: end, text: mark.text ?? "" } : null;
  }
  if (open) spans.push({ ...open, to: Math.max(end, open.from) });
  return spans;
}

/** What was going on in [from, from + step): the product on show and what was done in that time. */
export function marksWithin(marks: readonly Mark[], from: number, step: number): Mark[] {
  return marks.filter((mark) => mark.t >= from && mark.t < from + step);
}

export function pinnedAt(spans: readonly PinSpan[], t: number): PinSpan | undefined {
  return spans.findLast((span) => span.from <= t && t < span.to);
}

/** Columns folded into wider rows, at most `most`: for a table that a person can read. Watching keeps its greatest, all else adds up. */
export function foldSeries(series: SeriesReport, most: number): { step: number; rows: FoldedRow[] } {
  const every = Math.max(1, niceFold(series.t.length / most, series.step_seconds));
  const rows: FoldedRow[] = [];
  for (let i = 0; i < series.t.length; i += every) {
    const sum = (column: readonly number[]): number => column.slice(i, i + every).reduce((a, b) => a + b, 0);
    rows.push({
      t: series.t[i] ?? 0,
      watching: Math.max(0, ...series.watching.slice(i, i + every)),
      reactions: sum(series.reactions),
      questions: sum(series.questions),
      clicks: sum(series.clicks),
      orders: sum(series.orders),
    });
  }
  return { step: every * series.step_seconds, rows };
}

export interface FoldedRow {
  t: number;
  watching: number;
  reactions: number;
  questions: number;
  clicks: number;
  orders: number;
}

const NICE_SECONDS = [10, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400];

function niceFold(least: number, step: number): number {
  if (least <= 1) return 1;
  const wide = NICE_SECONDS.find((seconds) => seconds >= least * step && seconds % step === 0);
  return wide ? wide / step : Math.ceil(least);
}

/** The step to ask for, in seconds, so that a show of this length is drawn with a few hundred points. */
export function stepFor(durationSeconds: number): number {
  return [10, 20, 30, 60, 120, 300, 600].find((step) => durationSeconds / step <= 540) ?? 900;
}
