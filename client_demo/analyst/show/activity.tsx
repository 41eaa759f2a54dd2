import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { count, duration } from "../../shared/format";
import { Frame, Table } from "../charts/frame";
import { type Curve, Plot } from "../charts/plot";
import { saveExport } from "../download";
import { tellFailure } from "../failure";
import type { SeriesReport } from "../report";
import { spell, t } from "../text";
import { sayTime, TIME_STEPS, timeAxisOf } from "./clock";
import { foldSeries } from "./marks";
import { sourceLine } from "./source";

const ROWS = ["reactions", "questions", "clicks", "orders"] as const;
type Row = (typeof ROWS)[number];

/** What viewers did over time, one row for each kind, on one time axis and under one crosshair. */
export function ActivityChart({ series }: { series: SeriesReport }) {
  const point = useSignal<number | null>(null);
  const folded = useMemo(() => foldSeries(series, 90), [series]);
  const time = timeAxisOf(series.show, false);
  const x = useMemo(() => folded.rows.map((row) => row.t + time.shift), [folded, time.shift]);

  function say(i: number): string {
    const row = folded.rows[i];
    if (!row) return "";
    return [sayTime(series.show, row.t), ...ROWS.map((kind) => t(`activity.${kind}.point`, { n: count(row[kind]) }))].join(" · ");
  }

  return (
    <Frame
      testid="activity"
      title={t("activity.title")}
      lead={t("activity.lead", { step: spell(folded.step) })}
      readout={point.value === null ? <span class="hint">{t("point.hint")}</span> : say(point.value)}
      file={`${series.show.id}-activity`}
      source={sourceLine(series)}
      onData={() => void saveExport(series.show.id, "series").catch(tellFailure)}
      table={
        <Table
          caption={t("activity.table", { step: spell(folded.step) })}
          head={[t("axis.elapsed"), ...ROWS.map((kind) => t(`activity.${kind}`))]}
          rows={folded.rows.map((row) => [duration(row.t), ...ROWS.map((kind) => count(row[kind]))])}
        />
      }
    >
      <div class="multiples">
        {ROWS.map((kind) => (
          <Multiple
            key={kind}
            kind={kind}
            x={x}
            values={folded.rows.map((row) => row[kind])}
            step={folded.step}
            title={time.title}
            text={time.text}
            say={say}
            onPoint={(i) => {
              point.value = i;
            }}
          />
        ))}
      </div>
    </Frame>
  );
}

interface MultipleProps {
  kind: Row;
  x: readonly number[];
  values: readonly number[];
  step: number;
  title: string;
  text: (x: number) => string;
  say: (i: number) => string;
  onPoint: (i: number | null) => void;
}

function Multiple({ kind, x, values, step, title, text, say, onPoint }: MultipleProps) {
  const label = t(`activity.${kind}`);
  const key = values.join();
  // `key` stands for the values.
  const curves = useMemo((): Curve[] => [{ label, values, look: "bars", colour: "--accent" }], [key, label]);
  return (
    <Plot
      testid={`activity-${kind}`}
      x={x}
      curves={curves}
      height={170}
      label={label}
      xTitle={title}
      yTitle={t("activity.axis", { what: label, step: spell(step) })}
      xText={text}
      yText={count}
      xSteps={TIME_STEPS}
      say={say}
      onPoint={onPoint}
      together="activity"
    />
  );
}
