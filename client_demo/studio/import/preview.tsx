import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { money } from "../../shared/format";
import { explainError } from "../../shared/staff/sign-in";
import { Button } from "../../shared/ui/button";
import { channel } from "../channel";
import { Link } from "../link";
import { ListState } from "../list_state";
import { Failure, Loading } from "../page";
import { type Change, type Import, type Line, OUTCOMES, type Outcome, type Problem } from "./imports";
import { t } from "./text";

/** Beside the outcomes: products with a picture that could not be had. */
const UNFETCHED = "unfetched";

const LOOKS: Record<Outcome, string> = {
  refused: "badge badge-bad",
  update: "badge badge-accent",
  create: "badge badge-good",
  unchanged: "badge",
};

/** What would come, or came, of each product of the file; what was refused is shown first. */
export function Preview({ now }: { now: Import }) {
  const chosen = useSignal<Outcome | typeof UNFETCHED | null>(now.counts.refused ? "refused" : null);
  const list = useMemo(() => new ListState<Line>("lines", (line) => String(line.n)), []);
  const failed = now.pictures?.failed ?? 0;
  const part = chosen.value === UNFETCHED ? "&unfetched=true" : chosen.value ? `&outcome=${chosen.value}` : "";
  // What was read is kept by its path: other counts are other answers.
  const path = `/imports/${now.id}/lines?state=${now.state}-${failed}-${now.pictures?.waiting ?? 0}${part}`;
  useEffect(() => void list.open(path), [list, path]);
  const found = list.found.value;
  const all = OUTCOMES.reduce((sum, outcome) => sum + (now.counts[outcome] ?? 0), 0);
  return (
    <section class="import-preview" aria-label={t("preview")} data-testid="import-preview">
      {/* biome-ignore lint/a11y/useSemanticElements: buttons that filter are no fieldset */}
      <div class="import-filters" role="group" aria-label={t("filter")}>
        <Filter testid="filter-all" pressed={chosen.value === null} onClick={() => (chosen.value = null)}>
          {t("all", { n: all })}
        </Filter>
        {OUTCOMES.map((outcome) => (
          <Filter
            key={outcome}
            testid={`filter-${outcome}`}
            pressed={chosen.value === outcome}
            onClick={() => (chosen.value = outcome)}
          >
            {t(`outcome.${outcome}.n`, { n: now.counts[outcome] ?? 0 })}
          </Filter>
        ))}
        {failed > 0 && (
          <Filter testid="filter-unfetched" pressed={chosen.value === UNFETCHED} onClick={() => (chosen.value = UNFETCHED)}>
            {t.count("unfetched", failed)}
          </Filter>
        )}
      </div>
      {list.failure.value && <Failure code={list.failure.value} again={() => void list.again()} />}
      {!found && !list.failure.value && <Loading />}
      {found?.items.length === 0 && <p class="empty">{t("none")}</p>}
      {found && found.items.length > 0 && (
        <ol class="rows">
          {found.items.map((line) => (
            <li key={line.n} class="row card" data-testid="import-line" data-outcome={line.outcome}>
              <LineRow line={line} />
            </li>
          ))}
        </ol>
      )}
      {found?.next && (
        <Button class="list-more" disabled={list.busy.value} onClick={() => void list.more()} data-testid="import-more">
          {t("more")}
        </Button>
      )}
    </section>
  );
}

interface FilterProps {
  testid: string;
  pressed: boolean;
  onClick: () => void;
  children: string;
}

function Filter({ testid, pressed, onClick, children }: FilterProps) {
  return (
    <Button aria-pressed={pressed} onClick={onClick} data-testid={testid}>
      {children}
    </Button>
  );
}

function LineRow({ line }: { line: Line }) {
  const where = line.line === line.last_line ? t("line", { n: line.line }) : t("lines", { from: line.line, to: line.last_line });
  return (
    <>
      <div>
        <strong>
          {line.product ? <Link to={`/studio/products/${line.product}`}>{line.title}</Link> : line.title || t("untitled")}
        </strong>
        <p class="hint">
          {where}
          {line.variants > 0 && ` · ${t.count("variants", line.variants)}`}
        </p>
      </div>
      <span class={LOOKS[line.outcome]}>{t(`outcome.${line.outcome}`)}</span>
      {line.problems.length > 0 && (
        <ul class="row-more import-problems">
          {line.problems.map((problem) => (
            <li key={`${problem.line} ${problem.field} ${problem.code}`} data-testid="import-problem">
              {sayProblem(problem)}
            </li>
          ))}
        </ul>
      )}
      {line.pictures.some(({ state }) => state === "failed") && (
        <ul class="row-more import-problems">
          {line.pictures.map(
            ({ address, state, why }) =>
              state === "failed" && (
                <li key={address} data-testid="import-unfetched">
                  {t("unfetched.one_of", { address, why: t.maybe(`unfetched.${why}`) ?? String(why) })}
                </li>
              ),
          )}
        </ul>
      )}
      {line.changes.length > 0 && (
        <dl class="row-more import-changes">
          {line.changes.map((change) => (
            <ChangeRow key={`${change.variant} ${change.field}`} change={change} />
          ))}
        </dl>
      )}
    </>
  );
}

function ChangeRow({ change }: { change: Change }) {
  const field = t.maybe(`field.${change.field}`) ?? change.field;
  return (
    <div>
      <dt>{change.variant ? `${change.variant} · ${field}` : field}</dt>
      <dd>
        <del>{shown(change.field, change.before)}</del>
        <ins>{shown(change.field, change.after)}</ins>
      </dd>
    </div>
  );
}

function sayProblem({ line, code, field, message }: Problem): string {
  const why = t.maybe(`why.${code}`) ?? (code === "invalid" ? message : explainError(code));
  return field ? t("problem", { line, field, why }) : t("on_line", { line, why });
}

function shown(field: string, value: Change["before"]): string {
  if (value === null || value === "") return t("empty");
  if (typeof value === "boolean") return t(value ? "yes" : "no");
  const currency = channel.peek()?.currency;
  if (typeof value === "number" && currency && (field === "price" || field === "compare_at")) return money(value, currency);
  if (field === "images") return t.count("pictures", String(value).split(" ").length);
  return String(value);
}
