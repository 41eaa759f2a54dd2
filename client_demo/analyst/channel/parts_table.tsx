import { Button } from "../../shared/ui/button";
import { stay } from "../address";
import { nameOf } from "../definitions/text";
import { saveRows } from "../download";
import { basisOf, written } from "../figures/written";
import type { Breakdown } from "../report.generated";
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
                {head.map((each) => (
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
                  {row.figures.map((each) => (
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
      {breakdown.by !== "product" && breakdown.overlap > 0 && <p class="hint">{t.count("parts.overlap", breakdown.overlap)}</p>}
      {breakdown.by !== "product" && breakdown.overlap < 0 && <p class="hint">{t.count("parts.missing", -breakdown.overlap)}</p>}
    </section>
  );
}
