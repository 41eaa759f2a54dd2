import { count, money, percent } from "../../shared/format";
import { Table } from "../charts/frame";
import { t } from "../people/text";
import type { LifetimeReport, Prediction } from "../report";
import { decimal } from "../text";

type Numbers = NonNullable<Prediction["predicted"]>;

export function predictedSentence({ prediction, currency }: LifetimeReport): string | null {
  const { predicted, horizon_days: days } = prediction;
  if (!predicted) return null;
  return t("predicted.answer", {
    days: count(days),
    total: money(predicted.total_minor, currency),
    each: money(predicted.per_customer_minor, currency),
  });
}

/** What customers are expected to bring, by which model; or why nobody can say. */
export function Predicted({ report }: { report: LifetimeReport }) {
  const { prediction, currency } = report;
  return (
    <section class="card people-section" aria-labelledby="predicted-title" data-testid="predicted">
      <h2 id="predicted-title">{t("predicted.title")}</h2>
      {prediction.predicted ? (
        <Told prediction={prediction} numbers={prediction.predicted} currency={currency} />
      ) : (
        <p data-testid="refused">{whyNot(prediction)}</p>
      )}
    </section>
  );
}

function whyNot({ refused, repeat_buyers }: Prediction): string {
  if (refused === "does_not_fit") return t("refused.does_not_fit");
  return t("refused.too_few_repeat_buyers", { n: count(repeat_buyers) });
}

interface ToldProps {
  prediction: Prediction;
  numbers: Numbers;
  currency: string;
}

function Told({ prediction, numbers, currency }: ToldProps) {
  const facts: readonly (readonly [string, string, string?])[] = [
    [
      t("predicted.each"),
      money(numbers.per_customer_minor, currency),
      t("predicted.median", { amount: money(numbers.median_minor, currency) }),
    ],
    [t("predicted.orders"), decimal(numbers.orders_per_customer, 2)],
    [t("predicted.alive"), percent(numbers.alive)],
    [
      t("predicted.rests_on"),
      t("predicted.buyers", { all: count(prediction.customers), again: count(prediction.repeat_buyers) }),
    ],
  ];
  return (
    <>
      <p class="hint">{t("predicted.lead", { days: count(prediction.horizon_days), discount: percent(prediction.discount) })}</p>
      <dl class="people-facts">
        {facts.map(([name, value, more]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              {value}
              {more && <p class="hint">{more}</p>}
            </dd>
          </div>
        ))}
      </dl>
      <div class="tenths">
        <Table
          caption={t("tenths.lead")}
          head={[t("tenths.share"), t("tenths.at_most")]}
          rows={numbers.tenths_minor.slice(1).map((minor, i) => [percent((i + 1) / 10, 0), money(minor, currency)])}
        />
      </div>
      <p class="hint" data-testid="model">
        {modelOf(numbers)}
      </p>
    </>
  );
}

function modelOf({ purchases, money: worth, correlation }: Numbers): string {
  const model = t("predicted.model", {
    r: decimal(purchases.r, 4),
    alpha: decimal(purchases.alpha_days, 2),
    a: decimal(purchases.a, 4),
    b: decimal(purchases.b, 4),
    p: decimal(worth.p, 2),
    q: decimal(worth.q, 2),
    gamma: decimal(worth.gamma_minor, 1),
  });
  return correlation === null ? model : `${model} ${t("predicted.correlation", { r: decimal(correlation, 2) })}`;
}
