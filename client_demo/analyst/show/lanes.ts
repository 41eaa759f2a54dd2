import type uPlot from "uplot";
import { token } from "../../shared/theme";
import type { Mark, SeriesReport } from "../report";
import { endOf, pinSpans } from "./marks";

/** Height of the three lanes over the curve, in CSS pixels: what was pinned, what was answered, what was announced. */
export const LANES_HEIGHT = 62;
const LANE = 20;

/** Draws the host's doings in lanes over the plot, and a faint line down from each pin and announcement; `shift` is added to all times. */
export function paintLanes(plot: uPlot, pen: CanvasRenderingContext2D, series: SeriesReport, shift: number): void {
  const ratio = devicePixelRatio || 1;
  const { left, top, width, height } = plot.bbox;
  const lane = (n: number): number => top - (LANES_HEIGHT - n * LANE) * ratio;
  const at = (t: number): number => plot.valToPos(t + shift, "x", true);
  pen.save();
  pen.beginPath();
  pen.rect(left - 8 * ratio, 0, width + 16 * ratio, top + height);
  pen.clip();
  const strong = series.marks.filter((mark) => ["product.pinned", "announce", "offer.opened"].includes(mark.kind));
  drawStems(
    pen,
    strong.map((mark) => at(mark.t)),
    lane(0),
    top + height,
    ratio,
  );
  for (const span of pinSpans(series.marks, endOf(series))) drawSpan(pen, at(span.from), at(span.to), lane(0), span.text, ratio);
  for (const mark of series.marks) drawMark(pen, mark, at(mark.t), lane, ratio);
  pen.restore();
}

function drawStems(pen: CanvasRenderingContext2D, xs: readonly number[], from: number, to: number, ratio: number): void {
  pen.strokeStyle = token("--grey-4");
  pen.globalAlpha = 0.45;
  pen.lineWidth = ratio;
  pen.setLineDash([2 * ratio, 3 * ratio]);
  pen.beginPath();
  for (const x of xs) {
    pen.moveTo(x, from);
    pen.lineTo(x, to);
  }
  pen.stroke();
  pen.globalAlpha = 1;
  pen.setLineDash([]);
}

function drawSpan(pen: CanvasRenderingContext2D, from: number, to: number, y: number, text: string, ratio: number): void {
  const wide = Math.max(3 * ratio, to - from - 2 * ratio);
  pen.fillStyle = token("--grey-3");
  pen.fillRect(from, y, wide, 16 * ratio);
  pen.fillStyle = token("--accent");
  pen.fillRect(from, y, 3 * ratio, 16 * ratio);
  pen.save();
  pen.beginPath();
  pen.rect(from, y, wide - 4 * ratio, 16 * ratio);
  pen.clip();
  pen.font = `${11 * ratio}px ${token("--font")}`;
  pen.textBaseline = "middle";
  pen.textAlign = "left";
  pen.fillStyle = token("--grey-6");
  if (wide > 34 * ratio) pen.fillText(text, from + 7 * ratio, y + 8.5 * ratio);
  pen.restore();
}

function drawMark(pen: CanvasRenderingContext2D, mark: Mark, x: number, lane: (n: number) => number, ratio: number): void {
  const size = 4.5 * ratio;
  if (mark.kind === "question.answered") {
    pen.fillStyle = token("--good");
    pen.beginPath();
    pen.arc(x, lane(1) + 9 * ratio, size, 0, 2 * Math.PI);
    pen.fill();
  } else if (mark.kind === "announce" || mark.kind === "offer.opened") {
    const y = lane(2) + 9 * ratio;
    pen.fillStyle = token(mark.kind === "announce" ? "--warn" : "--accent");
    pen.beginPath();
    pen.moveTo(x, y - size * 1.25);
    pen.lineTo(x + size * 1.25, y);
    pen.lineTo(x, y + size * 1.25);
    pen.lineTo(x - size * 1.25, y);
    pen.fill();
  }
}
