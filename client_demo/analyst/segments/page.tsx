import { useRef } from "preact/hooks";
import { count } from "../../shared/format";
import { explainError } from "../../shared/staff/sign-in";
import { Button } from "../../shared/ui/button";
import { stay } from "../address";
import { Link } from "../link";
import { DayChoice, Filters } from "../people/filters";
import { Answers, Empty, PeoplePage } from "../people/page_parts";
import { bounds, ratio, share, t } from "../people/text";
import type { BuiltInReport, BuiltInSegment, SegmentBody } from "../report";
import { atOnce, type Rows, TakeMenu } from "../take";
import { shared } from "../text";
import { builtIn, opened, readPeople, saved } from "./data";
import { Editor } from "./editor";
import type { Rule } from "./rule";
import { sentence, wordName } from "./words";

/** Segments: those that every channel has, and those that its people have saved. */
export default function SegmentsPage() {
  const kept = useRef<BuiltInReport | null>(null);
  const now = builtIn.state.value;
  if (now.value) kept.current = now.value;
  return (
    <PeoplePage
      name="segments"
      fetched={{ ...now, value: now.value ?? kept.current }}
      again={builtIn.again}
      tools={(report) => <Take report={report} />}
      filters={
        <Filters>
          <DayChoice name="as_of" label={t("as_of")} />
        </Filters>
      }
    >
      {(report) => (
        <>
          {report.people ? (
            <Known report={report} />
          ) : (
            <Empty title={t("segments.empty.title")} text={t("segments.empty.text")} />
          )}
          <Saved />
        </>
      )}
    </PeoplePage>
  );
}

/** The segments as they are shown, and who is in the open one. */
function Take({ report }: { report: BuiltInReport }) {
  const open = saved.state.value.value?.segments.find((each) => each.id === opened());
  const rows = report.segments.map(({ kind, segment, found }) => [kind, segment, found.part, found.whole, found.share]);
  const pieces = [
    atOnce("built-in", t("take.built_in"), () => ({
      file: "segments",
      head: ["kind", "segment", "part", "whole", "share"],
      rows,
    })),
  ];
  if (open) pieces.push(atOnce("people", t("take.people", { name: open.name }), () => peopleOf(open)));
  return <TakeMenu pieces={pieces} jobs={[]} />;
}

/** The ids of everybody who is in a segment. */
async function peopleOf(segment: SegmentBody): Promise<Rows> {
  const people = await readPeople(segment.id);
  return { file: `segment-${segment.id}`, head: ["viewer"], rows: people.map((each) => [each]) };
}

function Known({ report }: { report: BuiltInReport }) {
  const { people, customers, segments } = report;
  const lapsed = segments.find((each) => each.segment === "lapsed")?.found.part ?? 0;
  const again = segments.find((each) => each.segment === "repeat_buyer")?.found.part ?? 0;
  const named = { people: count(people), customers: count(customers), again: count(again), lapsed: count(lapsed) };
  return (
    <>
      <Answers first={t("segments.answer", named)} others={[t("segments.lapsed", named)]} />
      <div class="pair">
        <BuiltIn kind="lifecycle" segments={segments} />
        <BuiltIn kind="rfm" segments={segments} />
      </div>
    </>
  );
}

function BuiltIn({ kind, segments }: { kind: BuiltInSegment["kind"]; segments: readonly BuiltInSegment[] }) {
  const title = t(`segments.${kind}`);
  return (
    <section class="card people-section" aria-label={title} data-testid={`built-in-${kind}`}>
      <header class="people-section-head">
        <h2>{title}</h2>
        <Link to="/analyst/map" query={{ by: kind === "rfm" ? "rfm" : null }}>
          {t("segments.to_map")}
        </Link>
      </header>
      <table class="table segment-table">
        <caption class="hint">{t(`segments.${kind}.lead`)}</caption>
        <thead>
          <tr>
            <th scope="col">{t("segments.segment")}</th>
            <th scope="col">{t("people")}</th>
            <th scope="col">{t("segments.share")}</th>
          </tr>
        </thead>
        <tbody>
          {segments
            .filter((each) => each.kind === kind)
            .map(({ segment, found, interval }) => (
              <tr key={segment} data-testid={`segment-${segment}`}>
                <th scope="row">
                  <span class="segment-name">
                    {wordName(segment)}
                    <span class="hint">{t.maybe(`define.${segment}`)}</span>
                  </span>
                </th>
                <td>{count(found.part)}</td>
                <td title={`${ratio(found.part, found.whole)} ${bounds(interval)}`}>{share(found.share)}</td>
              </tr>
            ))}
        </tbody>
      </table>
    </section>
  );
}

function Saved() {
  const { value, failure } = saved.state.value;
  const open = opened();
  const segment = value?.segments.find((each) => each.id === open) ?? null;
  return (
    <section class="card people-section" aria-labelledby="saved-title" data-testid="saved">
      <header class="people-section-head">
        <h2 id="saved-title">{t("saved.title")}</h2>
        <Button look="primary" onClick={() => stay({ segment: "new", rule: null })} data-testid="segment-new">
          {t("saved.new")}
        </Button>
      </header>
      {failure && (
        <p role="alert">
          {explainError(failure)}
          <Button size="small" onClick={saved.again}>
            {shared("retry")}
          </Button>
        </p>
      )}
      {value?.segments.length === 0 && open === null && <p class="hint">{t("saved.empty")}</p>}
      {value && value.segments.length > 0 && (
        <ul class="show-list">
          {value.segments.map((each) => (
            <li key={each.id} class="rule-row" data-testid={`saved-${each.id}`}>
              <span class="segment-name field">
                <strong>{each.name}</strong>
                <span class="hint">{sentence(each.rule as unknown as Rule)}</span>
              </span>
              <Button size="small" onClick={() => stay({ segment: each.id, rule: null })} aria-pressed={each.id === open}>
                {t("saved.open")}
              </Button>
            </li>
          ))}
        </ul>
      )}
      {(open === "new" || segment) && <Editor key={open} segment={segment} />}
    </section>
  );
}
