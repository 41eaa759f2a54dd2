import { dateTime } from "../../shared/format";
import { explainError } from "../../shared/staff/sign-in";
import { Button } from "../../shared/ui/button";
import { place, stay } from "../address";
import { PartsTable } from "../channel/parts_table";
import { saveExport } from "../download";
import { KINDS } from "../exports/data";
import { Explained } from "../figures/name";
import { Freshness } from "../freshness";
import { Link } from "../link";
import { Check } from "../plan/check";
import type { ShowReport } from "../report";
import { Sheet } from "../sheet";
import { asJob, type Piece, TakeMenu } from "../take";
import { shared, spell, t, zoneName } from "../text";
import { HowTheyCame } from "../visits/of_show";
import { ActivityChart } from "./activity";
import { ConcurrencyChart } from "./concurrency";
import { comparable, momentsReport, otherReport, otherSeries, report, series, showParts } from "./data";
import { FigureList } from "./figure_list";
import { FunnelChart } from "./funnel";
import { Headlines } from "./headlines";
import { FollowUpMail } from "./mail";
import { Joint } from "./joint";
import { Moments } from "./moments";
import { Products } from "./products";
import { RetentionChart } from "./retention";
import { Surveys } from "./surveys";
import { Transcripts } from "./transcripts";

/** All that is known of one show. */
export default function ShowPage() {
  const { value, failure } = report.state.value;
  if (!value) return <Waiting failure={failure} />;
  return (
    <Sheet testid="show-page" title={value.show.title} data-show={value.show.id} data-provisional={value.provisional}>
      <Head report={value} failure={failure} />
      {value.show.state === "scheduled" && !value.show.started_at ? <NotYet /> : <Body report={value} />}
    </Sheet>
  );
}

function Waiting({ failure }: { failure: string | null }) {
  return (
    <Sheet>
      <BackToShows />
      {failure ? (
        <div class="empty" role="alert" data-testid="report-failure">
          <h2>{explainError(failure)}</h2>
          <Button onClick={report.again}>{shared("retry")}</Button>
        </div>
      ) : (
        <div class="empty" role="status">
          <span class="spinner" />
          {shared("loading")}
        </div>
      )}
    </Sheet>
  );
}

function BackToShows() {
  return (
    <Link class="back" to="/analyst/shows" data-testid="back">
      {t("back")}
    </Link>
  );
}

function Head({ report: now, failure }: { report: ShowReport; failure: string | null }) {
  const { show } = now;
  return (
    <header class="show-head">
      <BackToShows />
      <div class="show-title">
        <h1 data-testid="show-title">{show.title}</h1>
        <p class="hint">
          {show.started_at ? `${dateTime(show.started_at)} ${zoneName(show.started_at)}` : t("not_started")}
          {show.duration_seconds !== null && ` · ${spell(show.duration_seconds)}`}
          {` · ${show.host}`}
        </p>
        <Freshness of={now}>
          <span class={show.state === "live" ? "badge badge-live" : "badge"} data-testid="show-state">
            {shared(`state.${show.state}`)}
          </span>
        </Freshness>
        {failure && (
          <p class="notice notice-bad" role="status">
            {t("stale", { why: explainError(failure) })}
          </p>
        )}
      </div>
      <Tools show={show.id} />
    </header>
  );
}

const AT_ONCE = ["viewers", "orders", "questions", "surveys", "series"] as const;

/** A show's rows in the server's own CSV. */
function csvOf(show: string, of: (typeof AT_ONCE)[number]): Piece {
  return { testid: `${of}-now`, label: t(`export.${of}`), ways: [["csv", () => saveExport(show, of)]] };
}

function Tools({ show }: { show: string }) {
  return (
    <div class="tools">
      <CompareChoice show={show} />
      <TakeMenu pieces={AT_ONCE.map((of) => csvOf(show, of))} jobs={KINDS.map((of) => asJob(of, { show, from: "", to: "" }))}>
        <Transcripts show={show} />
      </TakeMenu>
      <Button onClick={() => print()} data-testid="print">
        {t("print")}
      </Button>
    </div>
  );
}

function CompareChoice({ show }: { show: string }) {
  const others = (comparable.state.value.value?.shows ?? []).filter((each) => each.id !== show && each.started_at);
  if (!others.length) return null;
  return (
    <label class="compare">
      <span class="hint">{t("compare.with")}</span>
      <select
        class="input"
        data-testid="compare"
        value={place.value.compare ?? ""}
        onChange={(event) => stay({ compare: event.currentTarget.value || null })}
      >
        <option value="">{t("compare.none")}</option>
        {others.map((each) => (
          <option key={each.id} value={each.id}>
            {each.started_at ? `${each.title}, ${dateTime(each.started_at)}` : each.title}
          </option>
        ))}
      </select>
    </label>
  );
}

function NotYet() {
  return (
    <div class="empty card" data-testid="not-yet">
      <h2>{t("not_yet.title")}</h2>
      <p>{t("not_yet.text")}</p>
    </div>
  );
}

function Body({ report: now }: { report: ShowReport }) {
  const curve = series.state.value;
  const moments = momentsReport.state.value.value;
  const parts = showParts.state.value.value;
  const other = place.value.compare ? otherReport.state.value.value : null;
  const otherCurve = place.value.compare ? otherSeries.state.value.value : null;
  return (
    <>
      <Headlines headlines={now.headlines} />
      <HowTheyCame show={now.show.id} />
      {curve.value ? (
        <ConcurrencyChart series={curve.value} other={otherCurve} />
      ) : (
        <div class="card chart-wait" role="status">
          {curve.failure ? explainError(curve.failure) : shared("loading")}
        </div>
      )}
      <Joint show={now.show.id} />
      <FigureList report={now} other={other} />
      <Check show={now.show.id} />
      <div class="pair">
        <FunnelChart report={now} other={other} />
        <RetentionChart report={now} other={other} />
      </div>
      {curve.value && <ActivityChart series={curve.value} />}
      <Surveys report={now} />
      <Products report={now} />
      {parts && <PartsTable breakdown={parts} />}
      {moments && <Moments report={moments} />}
      <FollowUpMail show={now.show.id} />
      <LeftOut report={now} />
      <Explained />
    </>
  );
}

function LeftOut({ report: { left_out: out, definition_version } }: { report: ShowReport }) {
  return (
    <footer class="left-out" data-testid="left-out">
      <h2>{t("left_out.title")}</h2>
      <ul class="hint">
        <li>{out.suspected_bots === null ? t("left_out.bots_unknown") : t.count("left_out.bots", out.suspected_bots)}</li>
        <li>{t.count("left_out.staff", out.staff)}</li>
        <li>{t.count("left_out.without_view", out.without_a_view)}</li>
        <li>{t.count("left_out.guests", out.guests_without_consent)}</li>
        <li>{t.count("left_out.buyers", out.buyers_without_consent)}</li>
        <li>{t("left_out.version", { version: definition_version })}</li>
      </ul>
    </footer>
  );
}
