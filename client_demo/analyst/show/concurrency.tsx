import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { count, duration } from "../../shared/format";
import { Frame, Table } from "../charts/frame";
import { type Curve, Plot } from "../charts/plot";
import { saveExport } from "../download";
import { tellFailure } from "../failure";
import type { SeriesReport } from "../report";
import { spell, t } from "../text";
import { axisTime, sayTime, TIME_STEPS, timeAxisOf } from "./clock";
import { LANES_HEIGHT, paintLanes } from "./lanes";
import { endOf, foldSeries, marksWithin, pinnedAt, pinSpans } from "./marks";
import { sourceLine } from "./source";

const TABLE_ROWS_MAX = 120;

/** How many watched at once, with what the host's side did laid over it, and another show's curve beside it if one was chosen. */
export function ConcurrencyChart({ series, other }: { series: SeriesReport; other: SeriesReport | null }) {
  const point = useSignal<number | null>(null);
  const time = timeAxisOf(series.show, other !== null);
  const shift = time.shift;
  const x = useMemo(() => series.t.map((each) => each + shift), [series, shift]);
  const against = useMemo(() => other && laidOver(series, other), [series, other]);
  const watching = t("curve.watching");
  const curves = useMemo((): Curve[] => {
    const now: Curve = { label: watching, values: series.watching, look: "area", colour: "--accent" };
    return against ? [now, { label: t("curve.compared"), values: against, look: "dashed", colour: "--grey-5" }] : [now];
  }, [series, against, watching]);
  const spans = useMemo(() => pinSpans(series.marks, endOf(series)), [series]);

  function say(i: number): string {
    const at = series.t[i];
    if (at === undefined) return "";
    const pinned = pinnedAt(spans, at);
    const done = marksWithin(series.marks, at, series.step_seconds).filter((mark) => mark.kind !== "product.unpinned");
    return [
      sayTime(series.show, at),
      t.count("n.watching", series.watching[i] ?? 0),
      against?.[i] === null || against?.[i] === undefined ? "" : t("point.compared", { n: count(against[i]) }),
      pinned ? t("point.pinned", { product: pinned.text }) : "",
      ...done.filter((mark) => mark.kind !== "product.pinned").map((mark) => t(`mark.${mark.kind}`, { text: mark.text ?? "" })),
    ]
      .filter(Boolean)
      .join(" · ");
  }

  const folded = foldSeries(series, TABLE_ROWS_MAX);
  return (
    <Frame
      testid="concurrency"
      title={t("concurrency.title")}
      lead={t("concurrency.lead")}
      readout={point.value === null ? <span class="hint">{t("point.hint")}</span> : say(point.value)}
      file={`${series.show.id}-concurrency`}
      source={sourceLine(series, other?.show.title)}
      onData={() => void saveExport(series.show.id, "series").catch(tellFailure)}
      legend={<Legend compared={other?.show.title ?? null} locked={other !== null} />}
      table={
        <Table
          caption={t("concurrency.table", { step: spell(folded.step) })}
          head={[t("axis.elapsed"), t("curve.watching.axis")]}
          rows={folded.rows.map((row) => [duration(row.t), count(row.watching)])}
        />
      }
    >
      <Plot
        testid="concurrency-plot"
        x={x}
        curves={curves}
        height={360}
        above={LANES_HEIGHT}
        label={t("concurrency.title")}
        xTitle={time.title}
        yTitle={t("curve.watching.axis")}
        xText={time.text}
        yText={count}
        xSteps={TIME_STEPS}
        say={say}
        onPoint={(i) => {
          point.value = i;
        }}
        paint={(plot, pen) => paintLanes(plot, pen, series, shift)}
        together="show"
      />
    </Frame>
  );
}

/** The other show's watchers at the same distance from the start; null after its end. */
function laidOver(series: SeriesReport, other: SeriesReport): (number | null)[] {
  return series.t.map((at) => other.watching[Math.floor(at / other.step_seconds)] ?? null);
}

function Legend({ compared, locked }: { compared: string | null; locked: boolean }) {
  return (
    <div class="legend">
      <ul class="legend-signs">
        <li>
          <span class="sign sign-line" />
          {t("curve.watching")}
        </li>
        {compared && (
          <li>
            <span class="sign sign-dashed" />
            {compared}
          </li>
        )}
        <li>
          <span class="sign sign-span" />
          {t("legend.pinned")}
        </li>
        <li>
          <span class="sign sign-dot" />
          {t("legend.answered")}
        </li>
        <li>
          <span class="sign sign-diamond" />
          {t("legend.announced")}
        </li>
      </ul>
      <fieldset class="segmented" aria-label={t("axis.choice")} data-testid="axis-time" disabled={locked}>
        {(["clock", "elapsed"] as const).map((each) => (
          <button
            type="button"
            key={each}
            aria-pressed={(locked ? "elapsed" : axisTime.value) === each}
            data-testid={`axis-${each}`}
            onClick={() => {
              axisTime.value = each;
            }}
          >
            {t(`axis.choice.${each}`)}
          </button>
        ))}
      </fieldset>
    </div>
  );
}
