import { GLOSSARY } from "../definitions/keys.generated";
import { nameOf } from "../definitions/text";
import type { QueryCatalogue } from "../report.generated";
import { ask } from "./data";
import { Filters } from "./filters";
import { PeriodChoice } from "./period";
import { clashes, DIMENSIONS_MOST, METRICS_MOST, type Question, toggleDimension, toggleMetric } from "./question";
import { t } from "./text";

interface BuilderProps {
  catalogue: QueryCatalogue;
  question: Question;
}

/** What is asked: metrics, by what, of whom, when. Each change stands in the address at once, and is answered. */
export function Builder({ catalogue, question }: BuilderProps) {
  return (
    <section class="card people-section query-builder" aria-labelledby="builder-title" data-testid="builder">
      <h2 id="builder-title">{t("builder.title")}</h2>
      <Metrics catalogue={catalogue} question={question} />
      <Dimensions catalogue={catalogue} question={question} />
      <Filters catalogue={catalogue} question={question} />
      <PeriodChoice question={question} />
    </section>
  );
}

function Metrics({ catalogue, question }: BuilderProps) {
  const known = catalogue.metrics.map((each) => each.key);
  return (
    <details class="query-part" data-testid="metrics">
      <summary>
        <span class="field-label">{t("metrics")}</span>
        <span>{question.metrics.map(nameOf).join(" · ")}</span>
      </summary>
      {Object.entries(GLOSSARY).map(([group, keys]) => {
        const shown = keys.filter((each) => known.includes(each));
        if (!shown.length) return null;
        return (
          <fieldset key={group} class="query-checks">
            <legend class="hint">{t.maybe(`group.${group}`) ?? group}</legend>
            {shown.map((key) => (
              <Metric key={key} metric={key} wrong={clashes(catalogue, key, question)} question={question} />
            ))}
          </fieldset>
        );
      })}
      <p class="hint">{t("metrics.most", { n: METRICS_MOST })}</p>
    </details>
  );
}

function Metric({ metric, wrong, question }: { metric: string; wrong: string[]; question: Question }) {
  const chosen = question.metrics.includes(metric);
  const full = question.metrics.length >= METRICS_MOST;
  const why = wrong.map((each) => t.maybe(`field.${each}`) ?? each).join(", ");
  return (
    <label class="query-check" title={wrong.length ? t("clash", { fields: why }) : undefined}>
      <input
        type="checkbox"
        data-testid={`metric-${metric}`}
        checked={chosen}
        disabled={!chosen && (wrong.length > 0 || full)}
        onChange={() => ask(toggleMetric(question, metric))}
      />
      {nameOf(metric)}
    </label>
  );
}

function Dimensions({ catalogue, question }: BuilderProps) {
  const { dimensions = [] } = question;
  return (
    <fieldset class="query-checks" data-testid="dimensions">
      <legend class="field-label">{t("dimensions", { n: DIMENSIONS_MOST })}</legend>
      {catalogue.fields
        .filter((each) => each.dimension)
        .map(({ field }) => (
          <label key={field} class="query-check">
            <input
              type="checkbox"
              data-testid={`dimension-${field}`}
              checked={dimensions.includes(field)}
              onChange={() => ask(toggleDimension(catalogue, question, field))}
            />
            {t.maybe(`field.${field}`) ?? field}
          </label>
        ))}
    </fieldset>
  );
}
