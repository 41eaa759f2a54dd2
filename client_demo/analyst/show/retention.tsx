import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { count, percent } from "../../shared/format";
import { Frame, Table } from "../charts/frame";
import { type Curve, Plot } from "../charts/plot";
import { saveRows } from "../download";
import type { RetentionPoint, ShowReport } from "../report";
import { t } from "../text";
import { sourceLine } from "./source";

const MINUTE_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 240];
const NOTHING = "–";

/** How many of those who came were still there, minute by minute. */
export function RetentionChart({ report, other }: { report: ShowReport; other: ShowReport | null }) {
  const point = useSignal<number | null>(null);
  const points = report.audience.retention;
  const key = JSON.stringify(points);
  const label = t("retention.of_joined");
  // `key` stands for the points.
  const x = useMemo(() => points.map((each) => each.minute), [key]);
  // `key` stands for the points.
  const curves = useMemo((): Curve[] => {
    const now: Curve = { label, values: points.map((each) => each.of_joined), look: "area", colour: "--accent" };
    if (!other) return [now];
    const theirs = new Map(other.audience.retention.map((each) => [each.minute, each.of_joined]));
    return [
      now,
      {
        label: other.show.title,
        values: points.map((each) => theirs.get(each.minute) ?? null),
        look: "dashed",
        colour: "--grey-5",
      },
    ];
  }, [key, label, other]);

  return (
    <Frame
      testid="retention"
      title={t("retention.title")}
      lead={t("retention.lead")}
      readout={point.value === null ? <span class="hint">{t("point.hint")}</span> : say(points[point.value])}
      file={`${report.show.id}-retention`}
      source={sourceLine(report, other?.show.title)}
      onData={() =>
        saveRows(
          `${report.show.id}-retention`,
          ["minute", "joined", "present", "of_joined", "of_viewers"],
          points.map((each) => [each.minute, each.joined, each.present, each.of_joined, each.of_viewers]),
        )
      }
      table={
        <Table
          caption={t("retention.lead")}
          head={[
            t("axis.minutes"),
            t("retention.joined"),
            t("retention.present"),
            t("retention.of_joined"),
            t("retention.of_viewers"),
          ]}
          rows={thinned(points).map((each) => [
            count(each.minute),
            count(each.joined),
            count(each.present),
            each.of_joined === null ? NOTHING : percent(each.of_joined),
            each.of_viewers === null ? NOTHING : percent(each.of_viewers),
          ])}
        />
      }
    >
      <Plot
        testid="retention-plot"
        x={x}
        curves={curves}
        height={260}
        label={t("retention.title")}
        xTitle={t("axis.minutes")}
        yTitle={t("retention.axis")}
        xText={count}
        yText={(y) => percent(y, 0)}
        xSteps={MINUTE_STEPS}
        yMost={1}
        say={(i) => say(points[i])}
        onPoint={(i) => {
          point.value = i;
        }}
      />
    </Frame>
  );
}

function say(point: RetentionPoint | undefined): string {
  if (!point) return "";
  const share = point.of_joined === null ? NOTHING : percent(point.of_joined);
  return t("retention.point", { minute: count(point.minute), share, present: count(point.present), joined: count(point.joined) });
}

/** Every point of a short curve, and evenly chosen ones of a long curve: at most 120 rows. The data has them all. */
function thinned(points: readonly RetentionPoint[]): readonly RetentionPoint[] {
  const every = Math.ceil(points.length / 120);
  return points.filter((_point, i) => i % every === 0);
}
