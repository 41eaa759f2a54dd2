import { money } from "../../shared/format";
import { explainError } from "../../shared/staff/sign-in";
import { Button } from "../../shared/ui/button";
import { stay } from "../address";
import { t } from "../people/text";
import type { KpiMap, MapViewerPage } from "../report";
import { decimal, shared, spell } from "../text";
import { asked, more, viewers } from "./data";
import { detail, groupName, valueText } from "./words";

/** The viewers behind the open cell, each with what they have of its metric. */
export function Behind({ map }: { map: KpiMap }) {
  const { group, metric } = asked();
  const row = [map.everybody, ...map.rows].find((each) => each.key === group);
  const cell = row?.cells.find((each) => each.metric === metric);
  const { value, failure } = viewers.state.value;
  if (!row || !cell) return null;
  return (
    <section class="card people-section" aria-labelledby="behind-title" data-testid="behind">
      <header class="people-section-head">
        <h2 id="behind-title">{t("behind.title", { group: groupName(row, map.by), metric: t(`metric.${metric}`) })}</h2>
        <Button look="quiet" size="small" data-testid="behind-close" onClick={() => stay({ group: null, metric: null })}>
          {shared("close")}
        </Button>
      </header>
      <p>
        <strong>{valueText(cell, map.currency)}</strong> <span class="hint">{detail(cell)}</span>
      </p>
      {failure && <p role="alert">{explainError(failure)}</p>}
      {!value && !failure && <p role="status">{shared("loading")}</p>}
      {value && (
        <ul class="people-list">
          {value.viewers.map((each) => (
            <li key={each.viewer} data-testid={`behind-${each.viewer}`}>
              <span>{each.name ? t("behind.named", { name: each.name, viewer: each.viewer }) : each.viewer}</span>
              <span class="hint">{amount(each, metric, map.currency)}</span>
            </li>
          ))}
        </ul>
      )}
      {value?.next && (
        <div class="people-actions">
          <Button onClick={more} data-testid="behind-more">
            {t("more")}
          </Button>
        </div>
      )}
    </section>
  );
}

const SHARES: ReadonlySet<string> = new Set(["bought", "engaged", "clicked", "asked", "came_again"]);

function amount({ value }: MapViewerPage["viewers"][number], metric: string, currency: string): string {
  if (SHARES.has(metric)) return value ? t("yes") : t("no");
  if (metric === "watch_seconds") return spell(value);
  return metric === "net_minor" ? money(value, currency) : decimal(value, 2);
}
