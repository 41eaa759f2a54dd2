import { Funnel } from "../charts/funnel";
import { FigureName } from "../figures/name";
import { basisOf, chanceOf, find, movedBy, written } from "../figures/written";
import type { Change, Comparison } from "../report.generated";
import { moment, t as page, spell } from "../text";
import { dayText } from "./day_text";
import { stepsOf } from "./funnel";
import { t } from "./text";

const HELD = ["funnel_click", "funnel_paid", "ctr", "ctr_actions", "ctor", "ctor_actions"] as const;

/** From seeing a product to buying over the period, beside the one before; and the rates by people and by actions. */
export function PeriodFunnel({ now, comparable }: { now: Comparison; comparable: boolean }) {
  const mine = now.changes.flatMap((each) => each.a ?? []);
  const theirs = comparable ? now.changes.flatMap((each) => each.b ?? []) : [];
  const steps = stepsOf(mine);
  const toConvert = find(mine, "funnel_time")?.amount ?? null;
  if (!steps.length) return null;
  const lead = toConvert === null ? t("funnel.lead") : t("funnel.lead.time", { time: spell(toConvert) });
  return (
    <Funnel
      steps={steps}
      toConvert={toConvert}
      others={stepsOf(theirs)}
      lead={comparable ? t("funnel.beside", { lead }) : lead}
      file="channel-funnel"
      source={sourceOf(now)}
    >
      <h3>{t("rates.title")}</h3>
      <ul class="rates" data-testid="rates">
        {HELD.map((key) => {
          const change = now.changes.find((each) => each.key === key);
          return change?.a ? <Rate key={key} change={change} comparable={comparable} /> : null;
        })}
      </ul>
    </Funnel>
  );
}

function Rate({ change, comparable }: { change: Change; comparable: boolean }) {
  const { key, a, b } = change;
  return (
    <li data-testid={`rate-${key}`}>
      <div class="funnel-head">
        <FigureName of={key} />
        <strong>{written(a)}</strong>
      </div>
      <p class="hint">{basisOf(a)}</p>
      {comparable && b && b.amount !== null && (
        <p class="hint">{`${movedBy(change)} · ${t("before", { value: written(b) })} · ${chanceOf(change)}`}</p>
      )}
    </li>
  );
}

function sourceOf(now: Comparison): string {
  const days = now.a.period;
  const span = days ? t("period.of", { from: dayText(days.first, "full"), to: dayText(days.last, "full") }) : now.channel;
  const line = page("source", { show: span, at: moment(now.as_of), version: now.definition_version });
  return now.provisional ? `${line} ${page("source.provisional")}` : line;
}
