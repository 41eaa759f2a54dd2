import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { count } from "../../shared/format";
import { Frame, Table } from "../charts/frame";
import { type Curve, Plot } from "../charts/plot";
import { saveRows } from "../download";
import { sourceOf } from "../people/source";
import { ageName, bounds, ratio, share, t } from "../people/text";
import type { RetentionReport } from "../report";
import { t as analyst } from "../text";

const STEPS = [1, 2, 3, 4, 6, 12, 26, 52];

/** All cohorts together: of those for whom an interval is over, the share that came back in it. */
export function RetentionCurve({ report }: { report: RetentionReport }) {
  const point = useSignal<number | null>(null);
  const known = report.together.filter((cell) => cell !== null);
  const key = JSON.stringify(known);
  const label = t("curve.came_back");
  // `key` stands for what is known.
  const x = useMemo(() => known.map((_cell, age) => age), [key]);
  // `key` stands for what is known.
  const curves = useMemo(
    (): Curve[] => [{ label, values: known.map((cell) => cell.share), look: "area", colour: "--accent" }],
    [key, label],
  );

  function say(i: number): string {
    const cell = known[i];
    return cell ? `${ageName(i, report.interval)} · ${ratio(cell.part, cell.whole)} ${bounds(cell.interval)}` : "";
  }

  return (
    <Frame
      testid="retention-curve"
      title={t("curve.title")}
      lead={t("curve.lead")}
      readout={point.value === null ? <span class="hint">{analyst("point.hint")}</span> : say(point.value)}
      file={`retention-curve-${report.interval}`}
      source={sourceOf(report)}
      onData={() =>
        saveRows(
          `retention-curve-${report.interval}`,
          ["age", "part", "whole", "share", "low", "high"],
          known.map((cell, age) => [age, cell.part, cell.whole, cell.share, cell.interval.low, cell.interval.high]),
        )
      }
      table={
        <Table
          caption={t("curve.lead")}
          head={[t(`axis.${report.interval}`), label, t("people"), t("interval.95")]}
          rows={known.map((cell, age) => [
            ageName(age, report.interval),
            share(cell.share),
            count(cell.whole),
            bounds(cell.interval),
          ])}
        />
      }
    >
      <Plot
        testid="retention-curve-plot"
        x={x}
        curves={curves}
        height={240}
        label={t("curve.title")}
        xTitle={t(`axis.${report.interval}`)}
        yTitle={t("curve.axis")}
        xText={count}
        yText={(y) => share(y, 0)}
        xSteps={STEPS}
        say={say}
        onPoint={(i) => {
          point.value = i;
        }}
      />
    </Frame>
  );
}
