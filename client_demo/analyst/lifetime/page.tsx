import { useRef } from "preact/hooks";
import { count, money } from "../../shared/format";
import { Button } from "../../shared/ui/button";
import { Icon } from "../../shared/ui/icon";
import { saveRows } from "../download";
import { Choice, Filters, NumberChoice, Period } from "../people/filters";
import { HeatCell, HeatTable } from "../people/heat";
import { Answers, Empty, PeoplePage } from "../people/page_parts";
import { ageName, cohortName, t } from "../people/text";
import type { LifetimeReport, ValueCohort } from "../report";
import { asked, DISCOUNT_PERCENT, HORIZON_DAYS, HORIZON_MOST, lifetime } from "./data";
import { Predicted, predictedSentence } from "./predicted";

/** What customers have brought, and what they are expected to bring. */
export default function LifetimePage() {
  const kept = useRef<LifetimeReport | null>(null);
  const now = lifetime.state.value;
  if (now.value) kept.current = now.value;
  return (
    <PeoplePage
      name="lifetime"
      fetched={{ ...now, value: now.value ?? kept.current }}
      again={lifetime.again}
      filters={<Wanted />}
    >
      {(report) => <Body report={report} />}
    </PeoplePage>
  );
}

function Wanted() {
  return (
    <Filters>
      <Choice
        name="interval"
        label={t("interval")}
        value={asked().interval}
        options={[
          ["month", t("interval.month")],
          ["week", t("interval.week")],
        ]}
      />
      <Period />
      <NumberChoice name="horizon" label={t("horizon")} least={1} most={HORIZON_MOST} placeholder={String(HORIZON_DAYS)} />
      <NumberChoice name="discount" label={t("discount")} least={0} most={100} placeholder={String(DISCOUNT_PERCENT)} />
    </Filters>
  );
}

function Body({ report }: { report: LifetimeReport }) {
  if (!report.cohorts.length && !report.prediction.customers)
    return <Empty title={t("lifetime.empty.title")} text={t("lifetime.empty.text")} />;
  return (
    <>
      <Answers first={soFar(report)} others={[predictedSentence(report), elsewhere(report)]} />
      {report.cohorts.length > 0 && <Cohorts report={report} />}
      <Predicted report={report} />
    </>
  );
}

/** What a cohort has brought up to now. */
function latest(cohort: ValueCohort): number {
  return cohort.cells.findLast((cell) => cell !== null)?.net_minor ?? 0;
}

function soFar({ cohorts, customers, currency }: LifetimeReport): string {
  const total = cohorts.reduce((sum, each) => sum + latest(each), 0);
  return t("lifetime.answer", {
    customers: t.count("customers", customers),
    total: money(total, currency),
    each: customers ? money(Math.round(total / customers), currency) : "",
  });
}

function elsewhere({ orders_in_other_currencies: n, currency }: LifetimeReport): string | null {
  return n ? t.count("lifetime.elsewhere", n, { currency }) : null;
}

function Cohorts({ report }: { report: LifetimeReport }) {
  const { cohorts, interval, currency } = report;
  const most = Math.max(1, ...cohorts.flatMap((each) => each.cells.map((cell) => cell?.per_customer_minor ?? 0)));
  const ages = (cohorts[0]?.cells ?? []).map((_cell, age) => [age === 0 ? "0" : `+${age}`, ageName(age, interval)] as const);
  return (
    <section class="card people-section" aria-labelledby="value-title">
      <header class="people-section-head">
        <h2 id="value-title">{t("value.title")}</h2>
        <Button look="quiet" size="small" data-testid="value-data" onClick={() => save(report)}>
          <Icon name="download" />
          {t("data")}
        </Button>
      </header>
      <HeatTable caption={t("value.lead")} head={[t("cohort"), t("customers.head"), ...ages]} testid="value">
        {cohorts.map((cohort) => (
          <tr key={cohort.start} data-testid={`value-${cohort.start}`}>
            <th scope="row">{cohortName(cohort.start, interval)}</th>
            <td>{count(cohort.size)}</td>
            {cohort.cells.map((cell, age) => (
              <HeatCell
                // Columns have no identity but their age.
                key={age}
                heat={cell && cell.per_customer_minor / most}
                provisional={cell?.provisional ?? false}
                small={cohort.size < 30}
                title={cell ? t("value.cell", { total: money(cell.net_minor, currency) }) : ""}
              >
                {cell && money(cell.per_customer_minor, currency)}
              </HeatCell>
            ))}
          </tr>
        ))}
      </HeatTable>
      <p class="hint">{t("value.legend")}</p>
    </section>
  );
}

function save(report: LifetimeReport): void {
  const rows = report.cohorts.flatMap((cohort) =>
    cohort.cells.flatMap((cell, age) =>
      cell ? [[cohort.start, cohort.size, age, cell.net_minor, cell.per_customer_minor, String(cell.provisional)]] : [],
    ),
  );
  saveRows(`lifetime-${report.interval}`, ["cohort", "customers", "age", "net_minor", "per_customer_minor", "provisional"], rows);
}
