import { useSignal } from "@preact/signals";
import { count, dateTime } from "../../shared/format";
import { explainError } from "../../shared/staff/sign-in";
import { Button } from "../../shared/ui/button";
import { here, stay } from "../address";
import { tellFailure } from "../failure";
import { Link } from "../link";
import "../people/people.css";
import { chosen, dayAsked } from "../people/query";
import "../query/query.css";
import { t } from "../query/text";
import type { ExportBody } from "../report.generated";
import { Sheet } from "../sheet";
import { shared } from "../text";
import { choices, download, FORMATS, KINDS, list, order, tell } from "./data";

/** Files: asked for, how far each is, fetched. */
export default function ExportsPage() {
  const { value, failure } = list.state.value;
  const title = t("exports.title");
  return (
    <Sheet testid="exports-page" title={title}>
      <header class="show-head">
        <div class="show-title">
          <h1>{title}</h1>
          <p class="hint people-lead">{t("exports.lead")}</p>
        </div>
      </header>
      <New />
      <section class="card people-section" aria-labelledby="list-title">
        <h2 id="list-title">{t("exports.list")}</h2>
        {failure && (
          <p class="notice notice-bad" role="alert">
            {explainError(failure)}
            <Button size="small" onClick={list.again}>
              {shared("retry")}
            </Button>
          </p>
        )}
        {value?.exports.length === 0 && <p class="empty">{t("exports.empty")}</p>}
        <ul class="query-list exports-list" data-testid="exports">
          {value?.exports.map((each) => (
            <Job key={each.id} job={each} />
          ))}
        </ul>
      </section>
    </Sheet>
  );
}

function New() {
  const { query } = here.value;
  const of = chosen("of", KINDS);
  const format = chosen("format", FORMATS);
  const bom = query.get("bom") !== "0";
  const show = query.get("show") ?? "";
  const from = dayAsked("from");
  const to = dayAsked("to");
  const named = (choices.state.value.value?.shows ?? []).map((each): [string, string] => [each.id, each.title]);
  async function make(): Promise<void> {
    try {
      await order({ of, format, bom, show, from, to });
      list.again();
    } catch (error) {
      tellFailure(error);
    }
  }
  return (
    <form
      class="card people-section"
      aria-labelledby="new-title"
      data-testid="export-new"
      onSubmit={(event) => {
        event.preventDefault();
        void make();
      }}
    >
      <h2 id="new-title">{t("exports.new")}</h2>
      <div class="people-filters">
        <Select name="of" label={t("exports.of")} value={of} options={KINDS.map((each) => [each, t(`of.${each}`)])} />
        <Select
          name="format"
          label={t("exports.format")}
          value={format}
          options={FORMATS.map((each) => [each, t(`take.${each}`)])}
        />
        {(["from", "to"] as const).map((name) => (
          <label key={name} class="field people-day">
            <span class="field-label">{t(`exports.${name}`)}</span>
            <input
              class="input"
              type="date"
              data-testid={`export-${name}`}
              value={name === "from" ? from : to}
              onChange={(event) => stay({ [name]: event.currentTarget.value || null, show: null })}
            />
          </label>
        ))}
        <Select name="show" label={t("exports.show")} value={show} options={[["", t("exports.show.none")], ...named]} />
        {format === "csv" && (
          <label class="query-check">
            <input
              type="checkbox"
              data-testid="export-bom"
              checked={bom}
              onChange={(event) => stay({ bom: event.currentTarget.checked ? null : "0" })}
            />
            {t("exports.bom")}
          </label>
        )}
        <Button look="primary" type="submit" disabled={!show && !(from && to && from <= to)} data-testid="export-make">
          {t("exports.make")}
        </Button>
      </div>
    </form>
  );
}

interface SelectProps {
  name: string;
  label: string;
  value: string;
  options: readonly (readonly [string, string])[];
}

function Select({ name, label, value, options }: SelectProps) {
  return (
    <label class="field">
      <span class="field-label">{label}</span>
      <select
        class="input"
        data-testid={`export-${name}`}
        value={value}
        onChange={(event) => stay({ [name]: event.currentTarget.value || null })}
      >
        {options.map(([each, text]) => (
          <option key={each} value={each}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

function Job({ job }: { job: ExportBody }) {
  const busy = useSignal(false);
  const { id, state, of, format, percent, query } = job;
  const named = t("exports.what", { of: t.maybe(`of.${of}`) ?? of, format: t.maybe(`take.${format}`) ?? format });
  const rows = job.rows ?? job.rows_done;
  const open = state === "waiting" || state === "working";
  async function act(work: () => Promise<unknown>): Promise<void> {
    busy.value = true;
    try {
      await work();
      list.again();
    } catch (error) {
      tellFailure(error);
    } finally {
      busy.value = false;
    }
  }
  const facts = [
    query ? null : t.count("exports.shows", job.shows),
    rows === null ? null : t.count("exports.rows", rows),
    job.bytes === null ? null : t("exports.size", { n: count(Math.max(1, Math.round(job.bytes / 1000))) }),
    t("exports.asked", { at: dateTime(job.created_at) }),
    t("exports.until", { at: dateTime(job.expires_at) }),
  ].filter(Boolean);
  return (
    <li class="exports-job" data-testid={`export-${id}`} data-state={state}>
      <span class="exports-what">
        <strong>{named}</strong>{" "}
        <span class={`badge ${state === "ready" ? "badge-good" : state === "failed" ? "badge-bad" : "badge-warn"}`}>
          {t.maybe(`state.${state}`) ?? state}
        </span>
        <span class="hint">{facts.join(" · ")}</span>
        {job.problem && <span role="alert">{job.problem}</span>}
        {open && (
          <progress max={100} value={state === "working" ? percent : 0} aria-label={named}>
            {t("exports.progress", { percent })}
          </progress>
        )}
      </span>
      <span class="people-actions">
        {state === "ready" && (
          <Button
            look="primary"
            disabled={busy.value}
            data-testid="export-download"
            onClick={() => void act(() => download(job))}
          >
            {t("exports.download")}
          </Button>
        )}
        {open && (
          <Button disabled={busy.value} data-testid="export-cancel" onClick={() => void act(() => tell(id, "cancel"))}>
            {t("exports.cancel")}
          </Button>
        )}
        {(state === "failed" || state === "cancelled") && (
          <Button disabled={busy.value} data-testid="export-retry" onClick={() => void act(() => tell(id, "retry"))}>
            {t("exports.retry")}
          </Button>
        )}
        {query && (
          <Link to="/analyst/query" query={{ q: JSON.stringify(query) }} class="query-saved-name">
            {t("exports.open")}
          </Link>
        )}
      </span>
    </li>
  );
}
