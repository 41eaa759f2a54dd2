import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { count } from "../../shared/format";
import { explainError } from "../../shared/staff/sign-in";
import { Frame, Table } from "../charts/frame";
import { type Curve, Plot } from "../charts/plot";
import type { Fetched } from "../load";
import { Choice, Filters, NumberChoice } from "../people/filters";
import { sourceOf } from "../people/source";
import { bounds, day, ratio, share, t } from "../people/text";
import type { ChurnPoint, ChurnReport } from "../report";
import { type Rows, saveTable } from "../take";
import { t as analyst, decimal, shared } from "../text";
import { asked, WINDOW_MOST } from "./data";

/** Who was there in the window before the last, and not in the last. */
export function Churn({ fetched: { value, failure } }: { fetched: Fetched<ChurnReport> }) {
  return (
    <section class="people-section" aria-labelledby="churn-title" data-testid="churn">
      <h2 id="churn-title">{t("churn.title")}</h2>
      <p class="hint">{t("churn.lead")}</p>
      <Filters>
        <Choice
          name="of"
          label={t("churn.of")}
          value={asked().of}
          options={[
            ["purchase", t("churn.of.purchase")],
            ["view", t("churn.of.view")],
          ]}
        />
        <NumberChoice
          name="days"
          label={t("churn.days")}
          least={1}
          most={WINDOW_MOST}
          placeholder={value?.window_from === "gaps" && value.window_days ? String(value.window_days) : t("churn.days.auto")}
        />
      </Filters>
      {failure && <p role="alert">{explainError(failure)}</p>}
      {value ? <Found report={value} /> : !failure && <p role="status">{shared("loading")}</p>}
    </section>
  );
}

function Found({ report }: { report: ChurnReport }) {
  return (
    <>
      <p data-testid="churn-answer">
        <strong>{answerOf(report)}</strong>
      </p>
      <p class="hint" data-testid="churn-window">
        {windowOf(report)}
      </p>
      {report.points.length > 1 && <OverTime report={report} />}
    </>
  );
}

function answerOf({ now, unknown, known_at, window_days }: ChurnReport): string {
  if (unknown === "too_few_gaps" || window_days === null) return t("churn.too_few_gaps");
  if (!now) return known_at ? t("churn.too_early", { at: day(known_at.slice(0, 10)) }) : t("churn.nobody");
  if (!now.churned.whole) return t("churn.nobody");
  return t("churn.answer", {
    ratio: ratio(now.churned.part, now.churned.whole),
    bounds: bounds(now.interval),
    days: count(window_days),
  });
}

function windowOf({ window_from, window_days, gaps, gap_days_90 }: ChurnReport): string {
  const seen = gap_days_90 === null ? "" : t("churn.gaps", { n: count(gaps), days: decimal(gap_days_90) });
  if (window_days === null) return t("churn.gaps.few", { n: count(gaps) });
  return [t(`churn.window.${window_from}`, { days: count(window_days) }), seen].filter(Boolean).join(" ");
}

const pointsOf = ({ now, points }: ChurnReport): ChurnPoint[] => (now ? [...points, now] : points);

export function churnRows(report: ChurnReport): Rows {
  const rows = pointsOf(report).map(({ at, churned }) => [at, churned.part, churned.whole, churned.share]);
  return { file: "churn", head: ["at", "lost", "before", "share"], rows };
}

function OverTime({ report }: { report: ChurnReport }) {
  const point = useSignal<number | null>(null);
  const points = pointsOf(report);
  const key = JSON.stringify(points);
  const label = t("churn.share");
  // `key` stands for the points.
  const x = useMemo(() => points.map((_each, i) => i), [key]);
  // `key` stands for the points.
  const curves = useMemo(
    (): Curve[] => [{ label, values: points.map((each) => each.churned.share), look: "area", colour: "--warn" }],
    [key, label],
  );
  const nameOf = (each: ChurnPoint | undefined): string => (each ? day(each.at.slice(0, 10)) : "");
  const say = (i: number): string => {
    const each = points[i];
    return each ? `${nameOf(each)} · ${ratio(each.churned.part, each.churned.whole)} ${bounds(each.interval)}` : "";
  };
  return (
    <Frame
      testid="churn-curve"
      title={t("churn.curve")}
      lead={t("churn.curve.lead")}
      readout={point.value === null ? <span class="hint">{analyst("point.hint")}</span> : say(point.value)}
      file="churn"
      source={sourceOf(report)}
      onData={() => saveTable(churnRows(report))}
      table={
        <Table
          caption={t("churn.curve.lead")}
          head={[t("churn.at"), label, t("people"), t("interval.95")]}
          rows={points.map((each) => [nameOf(each), share(each.churned.share), count(each.churned.whole), bounds(each.interval)])}
        />
      }
    >
      <Plot
        testid="churn-plot"
        x={x}
        curves={curves}
        height={200}
        label={t("churn.curve")}
        xTitle={t("churn.at")}
        yTitle={t("churn.axis")}
        xText={(i) =>
          Number.isInteger(i) && points[i] ? day(points[i].at.slice(0, 10), { month: "short", day: "numeric" }) : ""
        }
        yText={(y) => share(y, 0)}
        xSteps={[1, 2, 3, 6]}
        yMost={1}
        say={say}
        onPoint={(i) => {
          point.value = i;
        }}
      />
    </Frame>
  );
}
