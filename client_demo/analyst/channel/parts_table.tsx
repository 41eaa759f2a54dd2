import { Button } from "../../shared/ui/button";
import { stay } from "../address";
import { nameOf } from "../definitions/text";
import { saveRows } from "../download";
import { basisOf, find, written } from "../figures/written";
import type { Breakdown, PartOf } from "../report.generated";
import { t as page } from "../text";
import { isOfFunnel } from "./funnel";
import { PARTS, part } from "./parts";
import { t } from "./text";
import { partName } from "./why";

/** A period or a show in parts, whichever the address names. */
export function PartsTable({ breakdown }: { breakdown: Breakdown }) {
  const head = breakdown.parts[0]?.figures ?? [];
  const rows = breakdown.by === "product" || breakdown.by === "mode" ? breakdown.parts : [...breakdown.parts, breakdown.whole];
  const name = (row: (typeof rows)[number]): string =>
    row === breakdown.whole ? t("parts.whole") : (row.title ?? partName(breakdown.by, row.label));
  return (
    <section class="card" aria-labelledby="parts-title" data-testid="parts" data-by={breakdown.by}>
      <header class="frame-head">
        <h2 id="parts-title">{t("parts.title")}</h2>
        <div class="frame-actions">
          <label class="choice">
            <span class="hint">{t("parts.by")}</span>
            <select
              class="input"
              data-testid="parts-by"
              value={part.value}
              onChange={(event) => stay({ part: event.currentTarget.value })}
            >
              {PARTS.map((each) => (
                <option key={each} value={each}>
                  {t(`parts.${each}`)}
                </option>
              ))}
            </select>
          </label>
          <Button
            look="quiet"
            size="small"
            data-testid="parts-csv"
            onClick={() =>
              saveRows(
                breakdown.show ? `${breakdown.show}-parts-${breakdown.by}` : `parts-${breakdown.by}`,
                ["part", "viewers", ...head.map((each) => each.key)],
                rows.map((row) => [name(row), row.viewers, ...row.figures.map((each) => each.amount)]),
              )
            }
          >
            {t("csv")}
          </Button>
        </div>
      </header>
      {breakdown.parts.length === 0 ? (
        <p class="empty">{t("parts.empty")}</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keys (WCAG 2.1.1).
        <section class="wide" tabIndex={0} aria-label={t("parts.title")}>
          <table class="table">
            <thead>
              <tr>
                <th scope="col">{t("parts.part")}</th>
                {head
                  .filter((each) => !isOfFunnel(each))
                  .map((each) => (
                    <th scope="col" key={each.key}>
                      {nameOf(each.key)}
                    </th>
                  ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row === breakdown.whole ? "whole" : row.label} class={row.viewers < 30 ? "small-n" : undefined}>
                  <th scope="row">{name(row)}</th>
                  {row.figures
                    .filter((each) => !isOfFunnel(each))
                    .map((each) => (
                      <td key={each.key} title={basisOf(each)}>
                        {written(each)}
                      </td>
                    ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      {head.some(isOfFunnel) && <FunnelOfParts rows={rows.map((row) => ({ name: name(row), row }))} />}
      {breakdown.by !== "product" && breakdown.overlap > 0 && <p class="hint">{t.count("parts.overlap", breakdown.overlap)}</p>}
      {breakdown.by !== "product" && breakdown.overlap < 0 && <p class="hint">{t.count("parts.missing", -breakdown.overlap)}</p>}
    </section>
  );
}

const STEPS = ["funnel_impression", "funnel_click", "funnel_paid", "funnel_paid_of_click", "funnel_time"] as const;
const HEADS = {
  funnel_impression: () => page("funnel.impression"),
  funnel_click: () => page("funnel.click"),
  funnel_paid: () => page("funnel.paid"),
  funnel_paid_of_click: () => t("parts.funnel.of_click"),
  funnel_time: () => t("parts.funnel.time"),
};

/** How far the people of each part came from seeing a product to buying. */
function FunnelOfParts({ rows }: { rows: readonly { name: string; row: PartOf }[] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keys (WCAG 2.1.1).
    <section class="wide parts-funnel" tabIndex={0} aria-label={t("parts.funnel")}>
      <table class="table" data-testid="parts-funnel">
        <caption class="hint">{t("parts.funnel")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("parts.part")}</th>
            {STEPS.map((key) => (
              <th scope="col" key={key}>
                {HEADS[key]()}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, row }) => (
            <tr key={name} class={row.viewers < 30 ? "small-n" : undefined}>
              <th scope="row">{name}</th>
              {STEPS.map((key) => (
                <td key={key} title={basisOf(find(row.figures, key) ?? null)}>
                  {written(find(row.figures, key))}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
