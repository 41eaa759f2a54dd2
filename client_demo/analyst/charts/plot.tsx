import { useEffect, useMemo, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { isEscape, ofInputMethod } from "../../shared/input_method";
import { dark, token } from "../../shared/theme";
import { onPrinting } from "../printing";

/** One curve or row of bars. Colours are tokens, so that a chart follows the theme. */
export interface Curve {
  label: string;
  values: readonly (number | null)[];
  look: "area" | "line" | "dashed" | "bars";
  colour: "--accent" | "--grey-5" | "--good" | "--warn" | "--bad";
}

export interface PlotProps {
  /** Positions on the horizontal axis, ascending. */
  x: readonly number[];
  curves: readonly Curve[];
  height: number;
  /** Accessible name of the chart. */
  label: string;
  xTitle: string;
  yTitle: string;
  xText: (x: number) => string;
  yText: (y: number) => string;
  /** Distances between marks of the horizontal axis that are allowed. */
  xSteps?: readonly number[];
  /** Greatest value of the vertical axis, else by the data. */
  yMost?: number;
  /** What is true at point `i`, in words; spoken to those who move by keys. */
  say: (i: number) => string;
  /** The point that hover or keys chose; null: none. */
  onPoint: (i: number | null) => void;
  /** Room in CSS pixels kept free above the plot, for `paint`. */
  above?: number;
  /** Draws on the chart after the curves; sizes are in canvas pixels. */
  paint?: (plot: uPlot, pen: CanvasRenderingContext2D) => void;
  /** Charts of the same name move their crosshair together. */
  together?: string;
  onReady?: (canvas: HTMLCanvasElement) => void;
  testid: string;
}

/** Width of a chart on A4 paper, in CSS pixels. */
const PAPER_WIDTH = 660;

/** A chart over a horizontal axis: hover, a touch, or the arrow keys choose a point, whose values the owner shows. */
export function Plot(props: PlotProps) {
  const holder = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const look = props.curves.map((curve) => `${curve.label} ${curve.look} ${curve.colour}`).join("|");
  const night = dark.value;

  // The chart is made anew only when its looks change; data and callbacks follow by `latest`.
  useEffect(() => {
    const place = holder.current;
    if (!place) return;
    function draw(width: number): void {
      if (!place) return;
      plot.current?.destroy();
      plot.current = new uPlot(optionsOf(latest, width), dataOf(latest.current), place);
      latest.current.onReady?.(plot.current.ctx.canvas);
    }
    draw(place.clientWidth);
    const watcher = new ResizeObserver(() => {
      if (place.clientWidth) plot.current?.setSize({ width: place.clientWidth, height: latest.current.height });
    });
    watcher.observe(place);
    const stop = onPrinting((prints) => draw(prints ? PAPER_WIDTH : place.clientWidth));
    return () => {
      stop();
      watcher.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [look, night, props.height, props.xTitle, props.yTitle, props.above]);

  const data = useMemo(() => dataOf(props), [props.x, props.curves]);
  useEffect(() => plot.current?.setData(data), [data]);

  return (
    <div
      class="plot"
      ref={holder}
      role="slider"
      tabIndex={0}
      aria-label={props.label}
      aria-valuemin={0}
      aria-valuemax={Math.max(0, props.x.length - 1)}
      aria-valuenow={plot.current?.cursor.idx ?? 0}
      aria-valuetext={props.say(plot.current?.cursor.idx ?? 0)}
      data-testid={props.testid}
      onKeyDown={(event) => moveByKey(event, plot.current, props)}
      onBlur={() => plot.current && leave(plot.current, props)}
    />
  );
}

function dataOf({ x, curves }: PlotProps): uPlot.AlignedData {
  return [x as number[], ...curves.map((curve) => curve.values as (number | null)[])];
}

function moveByKey(event: KeyboardEvent, plot: uPlot | null, { x }: PlotProps): void {
  if (!plot || !x.length || ofInputMethod(event)) return;
  const last = x.length - 1;
  const now = plot.cursor.idx ?? -1;
  const page = Math.max(1, Math.round(x.length / 12));
  const to = { ArrowRight: now + 1, ArrowLeft: now - 1, PageUp: now + page, PageDown: now - page, Home: 0, End: last }[event.key];
  if (isEscape(event)) plot.setCursor({ left: -10, top: -10 });
  if (to === undefined) return;
  event.preventDefault();
  const i = Math.min(last, Math.max(0, to));
  plot.setCursor({ left: plot.valToPos(x[i] ?? 0, "x"), top: plot.over.clientHeight / 2 });
}

function leave(plot: uPlot, { onPoint }: PlotProps): void {
  plot.setCursor({ left: -10, top: -10 });
  onPoint(null);
}

function optionsOf(latest: { current: PlotProps }, width: number): uPlot.Options {
  const { curves, height, xTitle, yTitle, above = 0, together } = latest.current;
  const font = `12px ${token("--font")}`;
  const axis: uPlot.Axis = {
    stroke: token("--grey-5"),
    font,
    labelFont: font,
    labelSize: 22,
    grid: { stroke: token("--grey-3"), width: 1 },
    ticks: { stroke: token("--grey-3"), width: 1, size: 5 },
  };
  const xSteps = latest.current.xSteps;
  return {
    width: Math.max(width, 200),
    height,
    padding: [above + 12, 24, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      drag: { x: false, y: false },
      points: {
        size: 9,
        width: 2,
        fill: token("--grey-2"),
        stroke: (_plot, series) => token(curves[series - 1]?.colour ?? "--accent"),
      },
      ...(together && { sync: { key: together, setSeries: false } }),
    },
    scales: { x: { time: false }, y: { range: (_plot, _least, most) => [0, rangeTop(latest.current, most)] } },
    axes: [
      {
        ...axis,
        label: xTitle,
        size: 36,
        space: 72,
        ...(xSteps && { incrs: [...xSteps] }),
        values: (_plot, marks) => marks.map(latest.current.xText),
      },
      { ...axis, label: yTitle, size: 56, space: 36, values: (_plot, marks) => marks.map(latest.current.yText) },
    ],
    series: [{}, ...curves.map(seriesOf)],
    hooks: {
      draw: [(plot) => latest.current.paint?.(plot, plot.ctx)],
      setCursor: [(plot) => follow(plot, latest.current)],
    },
  };
}

function rangeTop({ yMost, curves }: PlotProps, most: number | null): number {
  if (yMost !== undefined) return yMost;
  const whole = curves.every((curve) => curve.values.every((value) => value === null || Number.isInteger(value)));
  const top = (most ?? 0) * 1.08;
  return Math.max(top, whole ? 4 : 0.01);
}

function follow(plot: uPlot, { onPoint, say }: PlotProps): void {
  const { idx, left } = plot.cursor;
  const i = left !== undefined && left >= 0 && idx !== null && idx !== undefined ? idx : null;
  onPoint(i);
  plot.root.parentElement?.setAttribute("aria-valuenow", String(i ?? 0));
  plot.root.parentElement?.setAttribute("aria-valuetext", say(i ?? 0));
}

function seriesOf({ label, look, colour }: Curve): uPlot.Series {
  const stroke = token(colour);
  const plain: uPlot.Series = { label, stroke, width: 2, points: { show: false } };
  if (look === "dashed") return { ...plain, width: 1.5, dash: [6, 5] };
  if (look === "area") return { ...plain, fill: faint(stroke) };
  if (look === "bars" && uPlot.paths.bars) {
    return { ...plain, width: 0, fill: stroke, paths: uPlot.paths.bars({ size: [0.92, 12, 1], align: 1 }) };
  }
  return plain;
}

/** A token's colour (#rrggbb), mostly transparent. */
function faint(colour: string): string {
  return /^#[0-9a-f]{6}$/i.test(colour) ? `${colour}24` : "transparent";
}
