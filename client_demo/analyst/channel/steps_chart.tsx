import { useSignal } from "@preact/signals";
import { here, stay } from "../address";
import { Frame, Table } from "../charts/frame";
import { Plot } from "../charts/plot";
import { nameOf } from "../definitions/text";
import { saveRows } from "../download";
import { written } from "../figures/written";
import type { ChannelReport, Figure } from "../report.generated";
import { moment, t as page } from "../text";
import { STEPS, step } from "./data";
import { dayText } from "./day_text";
import { t } from "./text";

const DRAWN = [
  "viewers",
  "viewers_before",
  "conversion_live",
  "buyers",
  "buyers_in_period",
  "gmv",
  "orders",
  "engaged",
  "watch_mean",
] as const;

/** One figure over the steps of the period, whichever the address names. */
export function StepsChart({ report }: { report: ChannelReport }) {
  const point = useSignal<number | null>(null);
  const key = DRAWN.find((each) => each === here.value.query.get("figure")) ?? "viewers";
  const figures = report.steps.map((each) =>
    each.figures.find((one) => one.key === key && (!one.currency || one.currency === report.currency)),
  );
  const names = report.steps.map((each) => {
    const text = each.period ? dayText(each.period.first, step.value) : "";
    return each.whole ? text : t("steps.partial", { step: text });
  });
  const sample = figures.find((each) => each);
  const kind = sample?.kind ?? "count";
  const unit = (amount: number): string => written({ kind, amount, currency: report.currency });
  const say = (i: number): string => `${names[i] ?? ""}: ${written(figures[i])}`;
  const drawn = figures.map((each) => (each ? each.amount : key === "gmv" || key === "orders" ? 0 : null));
  return (
    <Frame
      title={t("steps.title")}
      lead={nameOf(key)}
      testid="steps"
      file={`channel-${key}`}
      source={`${report.channel}, ${moment(report.as_of)}`}
      onData={() =>
        saveRows(
          `channel-${key}`,
          ["from", "to", key, "part", "whole"],
          report.steps.map((each, i) => rowOf(each, figures[i])),
        )
      }
      readout={<span>{point.value === null ? "" : say(point.value)}</span>}
      legend={
        <div class="legend">
          <label class="choice">
            <span class="hint">{t("steps.figure")}</span>
            <select
              class="input"
              data-testid="steps-figure"
              value={key}
              onChange={(event) => stay({ figure: event.currentTarget.value })}
            >
              {DRAWN.map((each) => (
                <option key={each} value={each}>
                  {nameOf(each)}
                </option>
              ))}
            </select>
          </label>
          <fieldset class="segmented" aria-label={t("steps.by")}>
            {STEPS.map((each) => (
              <button
                type="button"
                key={each}
                aria-pressed={step.value === each}
                data-testid={`steps-${each}`}
                onClick={() => stay({ by: each })}
              >
                {t(`steps.${each}`)}
              </button>
            ))}
          </fieldset>
        </div>
      }
      table={
        <Table
          caption={t("steps.title")}
          head={[t("period.label"), nameOf(key)]}
          rows={names.map((name, i) => [name, written(figures[i])])}
        />
      }
    >
      <Plot
        x={report.steps.map((_, i) => i)}
        curves={[
          {
            label: nameOf(key),
            values: drawn,
            look: kind === "share" || kind === "seconds" ? "line" : "bars",
            colour: "--accent",
          },
        ]}
        height={260}
        label={page("table.of", { title: nameOf(key) })}
        xTitle={t("steps.axis", { zone: report.time_zone })}
        yTitle={nameOf(key)}
        xText={(x) => (Number.isInteger(x) && report.steps[x]?.period ? dayText(report.steps[x].period.first, step.value) : "")}
        xSteps={[1, 2, 3, 5, 7, 10, 14]}
        yText={unit}
        say={say}
        onPoint={(i) => {
          point.value = i;
        }}
        testid="steps-plot"
      />
    </Frame>
  );
}

function rowOf(each: ChannelReport["steps"][number], figure: Figure | undefined): (string | number | null)[] {
  return [each.period?.first ?? "", each.period?.last ?? "", figure?.amount ?? null, figure?.part ?? null, figure?.whole ?? null];
}
