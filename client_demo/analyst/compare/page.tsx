import { dateTime } from "../../shared/format";
import { explainError } from "../../shared/staff/sign-in";
import { Button } from "../../shared/ui/button";
import { here, stay } from "../address";
import { dayText } from "../channel/day_text";
import { LeftOut } from "../channel/left_out";
import { PeriodChoice } from "../channel/period_choice";
import { t } from "../channel/text";
import { saveRows } from "../download";
import { Explained, FigureName } from "../figures/name";
import { basisOf, chanceOf, movedBy, pText, written } from "../figures/written";
import { Freshness } from "../freshness";
import type { Change, Comparison } from "../report.generated";
import { Sheet } from "../sheet";
import { t as page, shared } from "../text";
import { choices, compared, comparesShows } from "./data";

/** Two periods or two shows side by side, every figure, and what is more than chance. */
export default function ComparePage() {
  const { value: now, failure } = compared.state.value;
  return (
    <Sheet testid="compare-page" title={t("compare.title")} data-provisional={now?.provisional ?? false}>
      <header class="show-head">
        <div class="show-title">
          <h1>{t("compare.title")}</h1>
          {now && <Freshness of={now} />}
        </div>
        <div class="tools">
          <What />
          {comparesShows.value ? <ShowChoices /> : now && <PeriodChoice now={now} />}
          {now && (
            <Button data-testid="compare-csv" onClick={() => save(now)}>
              {t("csv")}
            </Button>
          )}
          <Button onClick={() => print()} data-testid="print">
            {t("print")}
          </Button>
        </div>
      </header>
      {now ? <Body now={now} /> : <Instead failure={failure} />}
      <Explained />
    </Sheet>
  );
}

function What() {
  const shows = comparesShows.value;
  const none = { a: null, b: null, from: null, to: null, with_from: null, with_to: null };
  return (
    <fieldset class="segmented" aria-label={t("compare.what")}>
      <button type="button" aria-pressed={!shows} data-testid="compare-periods" onClick={() => stay({ ...none, of: null })}>
        {t("compare.periods")}
      </button>
      <button type="button" aria-pressed={shows} data-testid="compare-shows" onClick={() => stay({ ...none, of: "shows" })}>
        {t("compare.shows")}
      </button>
    </fieldset>
  );
}

function ShowChoices() {
  const shows = (choices.state.value.value?.shows ?? []).filter((each) => each.started_at);
  return (
    <>
      {(["a", "b"] as const).map((side) => (
        <label key={side} class="compare">
          <span class="hint">{t(`compare.${side}`)}</span>
          <select
            class="input"
            data-testid={`compare-${side}`}
            value={here.value.query.get(side) ?? ""}
            onChange={(event) => stay({ of: "shows", [side]: event.currentTarget.value || null })}
          >
            <option value="">{t("compare.choose")}</option>
            {shows.map((each) => (
              <option key={each.id} value={each.id}>
                {each.started_at ? `${each.title}, ${dateTime(each.started_at)}` : each.title}
              </option>
            ))}
          </select>
        </label>
      ))}
    </>
  );
}

function Instead({ failure }: { failure: string | null }) {
  const asked = !comparesShows.value || (here.value.query.get("a") && here.value.query.get("b"));
  if (failure)
    return (
      <div class="empty" role="alert" data-testid="compare-failure">
        <h2>{explainError(failure)}</h2>
        <Button onClick={compared.again}>{shared("retry")}</Button>
      </div>
    );
  return (
    <p class="empty" role="status" data-testid={asked ? undefined : "compare-need"}>
      {asked ? shared("loading") : t("compare.need")}
    </p>
  );
}

function sideName(side: Comparison["a"]): string {
  if (side.show) return `${side.show.title}, ${dateTime(side.show.started_at)}`;
  if (!side.period) return page("not_started");
  return t("period.of", { from: dayText(side.period.first, "full"), to: dayText(side.period.last, "full") });
}

function Body({ now }: { now: Comparison }) {
  return (
    <>
      <section class="card" aria-label={t("compare.title")}>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keys (WCAG 2.1.1). */}
        <section class="wide" tabIndex={0} aria-label={page("table.of", { title: t("compare.title") })}>
          <table class="table compared" data-testid="compared">
            <thead>
              <tr>
                <th scope="col">{t("compare.figure")}</th>
                <th scope="col">{sideName(now.a)}</th>
                <th scope="col">{sideName(now.b)}</th>
                <th scope="col">{t("compare.change")}</th>
                <th scope="col">{t("compare.chance")}</th>
              </tr>
            </thead>
            <tbody>
              {now.changes.map((change) => (
                <Row key={`${change.key} ${change.currency ?? ""}`} change={change} currency={now.currency} />
              ))}
            </tbody>
          </table>
        </section>
        <p class="hint">{t("compare.same")}</p>
      </section>
      <LeftOut side={now.a} version={now.definition_version} days={now.window_days} />
    </>
  );
}

function Row({ change, currency }: { change: Change; currency: string }) {
  const { key, a, b, chance } = change;
  const other = change.currency && change.currency !== currency ? change.currency : null;
  return (
    <tr data-testid={`compared-${key}`} class={chance?.more_than_chance ? "sure" : undefined}>
      <th scope="row">
        <FigureName of={key} currency={other} />
      </th>
      {[a, b].map((side, i) => (
        // Two sides, always in this order.
        <td key={i}>
          <span class={side?.provisional ? "figure-provisional" : undefined}>{written(side)}</span>
          <br />
          <span class="hint">{basisOf(side)}</span>
        </td>
      ))}
      <td>{movedBy(change)}</td>
      <td>
        {chanceOf(change)}
        {chance && (
          <>
            <br />
            <span class="hint">{t("chance.test", { test: t(`test.${chance.test}`), p: pText(chance.p) })}</span>
          </>
        )}
      </td>
    </tr>
  );
}

function save(now: Comparison): void {
  saveRows(
    "comparison",
    [
      "figure",
      "currency",
      "a",
      "a_part",
      "a_whole",
      "b",
      "b_part",
      "b_whole",
      "absolute",
      "relative",
      "test",
      "p",
      "more_than_chance",
    ],
    now.changes.map(({ key, currency, a, b, absolute, relative, chance }) => [
      key,
      currency,
      a?.amount ?? null,
      a?.part ?? null,
      a?.whole ?? null,
      b?.amount ?? null,
      b?.part ?? null,
      b?.whole ?? null,
      absolute,
      relative,
      chance?.test ?? null,
      chance?.p ?? null,
      chance ? String(chance.more_than_chance) : null,
    ]),
  );
}
