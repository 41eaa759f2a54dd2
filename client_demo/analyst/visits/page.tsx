import { count, percent } from "../../shared/format";
import { Button } from "../../shared/ui/button";
import { saveRows } from "../download";
import { FigureName } from "../figures/name";
import { Choice } from "../people/filters";
import { Answers } from "../people/page_parts";
import type { Steps, VisitPart, VisitsReport } from "../report.generated";
import { DIMENSIONS, dimension, visits } from "./data";
import { Beside, ScrollTable, VisitsFrame } from "./frame";
import { t } from "./text";

/** How people came to a show or to the channel: page views, visits, and what came of them. */
export default function VisitsPage() {
  const options = DIMENSIONS.map((each) => [each, t(`by.${each}`)] as const);
  return (
    <VisitsFrame
      name="visits"
      fetched={visits.state.value}
      again={visits.again}
      filters={<Choice name="by" label={t("by")} value={dimension()} options={options} />}
    >
      {(report) => <Body report={report} />}
    </VisitsFrame>
  );
}

function Body({ report }: { report: VisitsReport }) {
  const { crawlers, suspects_and_staff } = report.left_out;
  return (
    <>
      <Answers first={answerOf(report)} others={[t("visits.without", sayingOf(report))]} />
      <Counts report={report} />
      <StepsTable steps={report.steps} everybody={report.everybody} />
      <Parts report={report} />
      <Beside
        version={report.definition_version}
        lines={[t.count("left_out.crawlers", crawlers), t.count("left_out.beside", suspects_and_staff)]}
      />
    </>
  );
}

function sayingOf({ page_views, without_an_id }: VisitsReport) {
  return { views: count(page_views), unknown: count(without_an_id) };
}

export function answerOf({ visits: made, steps }: VisitsReport): string {
  return t("visits.answer", { visits: count(made), visitors: count(steps.visitors), bought: count(steps.bought) });
}

function Counts({ report }: { report: VisitsReport }) {
  const phases = ["before", "live", "after"] as const;
  return (
    <section class="card">
      <dl class="visits-figures" data-testid="visit-counts">
        <Count name={<FigureName of="page_views" />} testid="page_views" n={report.page_views} />
        {phases.map((each) => (
          <Count key={each} name={t(`phase.${each}`)} testid={each} n={report[each]} />
        ))}
        <Count name={<FigureName of="visitors" />} testid="visitors" n={report.steps.visitors} />
        <Count name={<FigureName of="site_visits" />} testid="visits" n={report.visits} />
      </dl>
    </section>
  );
}

function Count({ name, n, testid }: { name: string | preact.JSX.Element; n: number; testid: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd data-testid={`count-${testid}`}>{count(n)}</dd>
    </div>
  );
}

const STEPS = ["visitors", "joined", "viewed", "bought"] as const;

function StepsTable({ steps, everybody }: { steps: Steps; everybody: Steps }) {
  return (
    <section class="card" data-testid="visit-steps">
      <header class="frame-head">
        <h2>
          <FigureName of="visit_steps" />
        </h2>
      </header>
      <ScrollTable
        label={t("steps.title")}
        head={[t("steps.step"), t("steps.with_id"), t("steps.of_first"), t("steps.everybody")]}
      >
        {STEPS.map((step) => (
          <tr key={step} data-testid={`step-${step}`}>
            <th scope="row">{t(`steps.${step}`)}</th>
            <td>{count(steps[step])}</td>
            <td>{steps.visitors ? percent(steps[step] / steps.visitors) : "–"}</td>
            <td>{step === "visitors" ? "–" : count(everybody[step])}</td>
          </tr>
        ))}
      </ScrollTable>
      <p class="hint">{t("steps.hint")}</p>
    </section>
  );
}

function Parts({ report }: { report: VisitsReport }) {
  const by = dimension();
  const title = t("parts.title", { by: t(`by.${by}`).toLowerCase() });
  const parts = report.breakdowns.find((each) => each.by === by)?.parts ?? [];
  const head = ["page_views", "visits", "visitors", "joined", "viewed", "bought"] as const;
  const cells = (part: VisitPart) => head.map((each) => part[each]);
  return (
    <section class="card" data-testid="visit-parts" data-by={by}>
      <header class="frame-head">
        <h2>{title}</h2>
        <Button
          look="quiet"
          size="small"
          data-testid="visits-csv"
          onClick={() =>
            saveRows(
              `visits-${by}`,
              [by, ...head],
              parts.map((part) => [labelOf(by, part), ...cells(part)]),
            )
          }
        >
          {t("csv")}
        </Button>
      </header>
      {parts.length ? (
        <ScrollTable wide label={title} head={[t(`by.${by}`), ...head.map((each) => t(`head.${each}`))]}>
          {parts.map((part) => (
            <tr key={`${part.label} ${part.others}`} data-testid={`part-${part.label ?? "none"}`}>
              <th scope="row">{labelOf(by, part)}</th>
              {cells(part).map((n, i) => (
                <td key={head[i]}>{count(n)}</td>
              ))}
            </tr>
          ))}
        </ScrollTable>
      ) : (
        <p class="empty">{t("visits.empty")}</p>
      )}
    </section>
  );
}

function labelOf(by: (typeof DIMENSIONS)[number], part: VisitPart): string {
  if (part.others) return t("parts.others");
  if (part.label === null) return t(by === "referrer" || by === "source" ? "parts.direct" : "parts.unknown");
  return t.maybe(`${by}.${part.label}`) ?? part.label;
}
