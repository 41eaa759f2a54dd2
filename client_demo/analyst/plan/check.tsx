import { dateTime } from "../../shared/format";
import { ActionList } from "../../shared/plan/action_list";
import type { Target, Targets } from "../../shared/plan/told";
import { amountText, differenceText, t, wishText } from "../../shared/plan/text";
import { Button } from "../../shared/ui/button";
import { saveRows } from "../download";
import { FigureName } from "../figures/name";
import "./check.css";
import { targetsOf } from "./data";

/** What the show was to come to and what it came to, and what is to be done next. */
export function Check({ show }: { show: string }) {
  const targets = targetsOf.state.value.value;
  return (
    <>
      <section class="card" aria-labelledby="check-title" data-testid="check">
        <header class="frame-head">
          <div class="frame-title">
            <h2 id="check-title">{t("check.title")}</h2>
            <p class="hint">{t("check.lead")}</p>
          </div>
          {targets && targets.targets.length > 0 && (
            <Button look="quiet" size="small" data-testid="check-csv" onClick={() => save(targets)}>
              {t("csv")}
            </Button>
          )}
        </header>
        {!targets ? (
          <p class="hint">{t("loading")}</p>
        ) : targets.targets.length === 0 ? (
          <p class="empty" data-testid="check-none">
            {t("check.none")}
          </p>
        ) : (
          <TargetTable targets={targets.targets} />
        )}
      </section>
      <section class="card" aria-labelledby="act-title" data-testid="act">
        <h2 id="act-title">{t("act.title")}</h2>
        <p class="hint">{t("act.lead")}</p>
        <ActionList key={show} show={show} />
      </section>
    </>
  );
}

/** Targets beside what came of them. */
export function TargetTable({ targets }: { targets: readonly Target[] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keys (WCAG 2.1.1).
    <section class="wide" tabIndex={0} aria-label={t("check.title")}>
      <table class="table check-table">
        <thead>
          <tr>
            <th scope="col">{t("check.figure")}</th>
            <th scope="col">{t("check.target")}</th>
            <th scope="col">{t("check.actual")}</th>
            <th scope="col">{t("check.difference")}</th>
            <th scope="col">{t("check.verdict")}</th>
          </tr>
        </thead>
        <tbody>
          {targets.map((each) => (
            <tr key={each.metric} data-testid={`check-${each.metric}`} data-verdict={each.verdict}>
              <th scope="row">
                <FigureName of={each.metric} />
                {each.after_start && (
                  <span class="badge badge-warn" data-testid="after-start" title={dateTime(each.set_at)}>
                    {t("check.after_start")}
                  </span>
                )}
              </th>
              <td data-label={t("check.target")}>{wishText(each)}</td>
              <td data-label={t("check.actual")}>{amountText(each.kind, each.actual?.amount, each.currency)}</td>
              <td data-label={t("check.difference")}>{differenceText(each)}</td>
              <td data-label={t("check.verdict")}>
                <span class={`verdict verdict-${each.verdict}`}>{t(`verdict.${each.verdict}`)}</span>
                {each.actual?.provisional && <span class="hint">{` ${t("check.provisional")}`}</span>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function save({ show, targets }: Targets): void {
  saveRows(
    `${show.id}-targets`,
    ["metric", "direction", "target", "actual", "difference", "verdict", "currency", "set_at", "after_start"],
    targets.map((each) => [
      each.metric,
      each.direction,
      each.amount,
      each.actual?.amount ?? null,
      each.difference,
      each.verdict,
      each.currency,
      each.set_at,
      String(each.after_start),
    ]),
  );
}
