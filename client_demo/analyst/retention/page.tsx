import { useRef } from "preact/hooks";
import { count } from "../../shared/format";
import { Choice, Filters, Period } from "../people/filters";
import { HeatCell, HeatTable } from "../people/heat";
import { Answers, Empty, PeoplePage } from "../people/page_parts";
import { ageName, bounds, cohortName, day, ratio, share, t } from "../people/text";
import type { RetentionCell, RetentionCohort, RetentionReport } from "../report";
import { asJob, atOnce, type Rows, TakeMenu } from "../take";
import { Churn, churnRows } from "./churn";
import { RetentionCurve } from "./curve";
import { asked, churn, retention } from "./data";

/** With fewer people a share is shown with restraint. */
const SMALL = 30;

/** Who came back, by when they first came; and who stayed away. */
export default function RetentionPage() {
  const kept = useRef<RetentionReport | null>(null);
  const now = retention.state.value;
  if (now.value) kept.current = now.value;
  return (
    <PeoplePage
      name="retention"
      fetched={{ ...now, value: now.value ?? kept.current }}
      again={retention.again}
      filters={<Wanted />}
      tools={(report) => <Take report={report} />}
    >
      {(report) => (
        <>
          <Body report={report} />
          <Churn fetched={churn.state.value} />
        </>
      )}
    </PeoplePage>
  );
}

function Wanted() {
  const { born, back, interval } = asked();
  const events = [
    ["view", t("event.view")],
    ["purchase", t("event.purchase")],
  ] as const;
  return (
    <Filters>
      <Choice name="born" label={t("born")} value={born} options={events} />
      <Choice name="back" label={t("back")} value={back} options={events} />
      <Choice
        name="interval"
        label={t("interval")}
        value={interval}
        options={[
          ["week", t("interval.week")],
          ["month", t("interval.month")],
          ["day", t("interval.day")],
        ]}
      />
      <Period />
    </Filters>
  );
}

function Body({ report }: { report: RetentionReport }) {
  if (!report.cohorts.length) return <Empty title={t("retention.empty.title")} text={t("retention.empty.text")} />;
  return (
    <>
      <Answers
        first={answerOf(report)}
        others={[bestOf(report), t("retention.span", { from: day(report.since), to: day(report.until) })]}
      />
      {report.together.some((cell) => cell) && <RetentionCurve report={report} />}
      <Cohorts report={report} />
    </>
  );
}

/** How many came back in the first interval after their own, over all cohorts for which that is over. */
function answerOf({ together, interval, born, back, people }: RetentionReport): string {
  const next = together[1];
  const names = { people: count(people), born: t(`born.${born}`) };
  if (!next) return t("retention.not_yet", { ...names, when: t(`next.${interval}`) });
  return t(`retention.answer.${back}`, {
    ...names,
    when: t(`next.${interval}`),
    share: share(next.share),
    part: count(next.part),
    whole: count(next.whole),
    bounds: bounds(next.interval),
  });
}

/** The cohort of some size of which most came back in the next interval. */
function bestOf({ cohorts, interval }: RetentionReport): string | null {
  const known = cohorts.filter((each) => each.size >= SMALL && each.cells[1] && !each.cells[1].provisional);
  const [best] = known.sort((a, b) => (b.cells[1]?.share ?? 0) - (a.cells[1]?.share ?? 0));
  if (known.length < 2 || !best) return null;
  return t("retention.best", {
    cohort: cohortName(best.start, interval),
    share: share(best.cells[1]?.share ?? null),
    n: count(best.size),
    when: t(`next.${interval}`),
  });
}

function Cohorts({ report }: { report: RetentionReport }) {
  const { interval, cohorts, together } = report;
  const most = Math.max(0.01, ...cohorts.flatMap((each) => each.cells.slice(1).map((cell) => cell?.share ?? 0)));
  const ages = together.map((_cell, age) => [age === 0 ? "0" : `+${age}`, ageName(age, interval)] as const);
  return (
    <section class="card people-section" aria-labelledby="cohorts-title">
      <header class="people-section-head">
        <h2 id="cohorts-title">{t("cohorts.title")}</h2>
      </header>
      <HeatTable caption={t(`cohorts.lead.${interval}`)} head={[t("cohort"), t("people"), ...ages]} testid="cohorts">
        <tr class="heat-all">
          <th scope="row">{t("cohorts.all")}</th>
          <td>{count(report.people)}</td>
          {together.map((cell, age) => (
            // Columns have no identity but their age.
            <Cell key={age} cell={cell} most={most} />
          ))}
        </tr>
        {cohorts.map((cohort) => (
          <Row key={cohort.start} cohort={cohort} most={most} name={cohortName(cohort.start, interval)} />
        ))}
      </HeatTable>
      <p class="hint">{t("cohorts.legend")}</p>
    </section>
  );
}

function Row({ cohort, most, name }: { cohort: RetentionCohort; most: number; name: string }) {
  return (
    <tr data-testid={`cohort-${cohort.start}`}>
      <th scope="row">{name}</th>
      <td>{count(cohort.size)}</td>
      {cohort.cells.map((cell, age) => (
        // As above.
        <Cell key={age} cell={cell} most={most} />
      ))}
    </tr>
  );
}

function Cell({ cell, most }: { cell: RetentionCell | null; most: number }) {
  if (!cell) return <HeatCell heat={null} />;
  return (
    <HeatCell
      heat={cell.share / most}
      provisional={cell.provisional}
      small={cell.whole < SMALL}
      title={`${ratio(cell.part, cell.whole)} ${bounds(cell.interval)}`}
    >
      {share(cell.share, 0)}
      <span class="visually-hidden">{t("cell.of", { part: count(cell.part), whole: count(cell.whole) })}</span>
    </HeatCell>
  );
}

function rowsOf(report: RetentionReport): Rows {
  const rows = report.cohorts.flatMap((cohort) => cohort.cells.flatMap((cell, age) => (cell ? [rowOf(cohort, age, cell)] : [])));
  const head = ["cohort", "age", "part", "whole", "share", "low", "high", "provisional"];
  return { file: `retention-${report.interval}`, head, rows };
}

function rowOf({ start }: RetentionCohort, age: number, { part, whole, share: found, interval, provisional }: RetentionCell) {
  return [start, age, part, whole, found, interval.low, interval.high, String(provisional)];
}

/** The cohorts as they are shown; and one row for each viewer of each show, of which they are made. */
function Take({ report }: { report: RetentionReport }) {
  const lost = churn.state.value.value;
  const pieces = [atOnce("cohorts", t("take.cohorts"), () => rowsOf(report))];
  if (lost) pieces.push(atOnce("churn", t("take.churn"), () => churnRows(lost)));
  return <TakeMenu pieces={pieces} jobs={[asJob("viewers", { show: "", from: report.since, to: report.until })]} />;
}
