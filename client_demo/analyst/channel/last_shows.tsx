import { count, dateTime } from "../../shared/format";
import { Button } from "../../shared/ui/button";
import { showPath } from "../address";
import { nameOf } from "../definitions/text";
import { saveRows } from "../download";
import { find, written } from "../figures/written";
import { Link } from "../link";
import type { ChannelReport } from "../report.generated";
import { Sparkline } from "./sparkline";
import { t } from "./text";

const KEYS = ["viewers", "viewers_before", "conversion_live", "orders", "gmv"] as const;
const SHOWN = 12;

/** The newest shows with their headline figures, each leading to its report. */
export function LastShows({ report }: { report: ChannelReport }) {
  const rows = [...report.steps].reverse().slice(0, SHOWN);
  return (
    <section class="card" aria-labelledby="shows-title" data-testid="last-shows">
      <header class="frame-head">
        <div class="frame-title">
          <h2 id="shows-title">{t("shows.title")}</h2>
          <p class="hint">{t("shows.lead")}</p>
        </div>
        {rows.length > 0 && (
          <Button look="quiet" size="small" data-testid="shows-csv" onClick={() => saveShows(rows)}>
            {t("csv")}
          </Button>
        )}
      </header>
      {rows.length === 0 ? (
        <p class="empty">{t("shows.empty")}</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keys (WCAG 2.1.1).
        <section class="wide" tabIndex={0} aria-label={t("shows.title")}>
          <table class="table">
            <thead>
              <tr>
                <th scope="col">{t("shows.show")}</th>
                <th scope="col">{t("shows.curve")}</th>
                {KEYS.map((key) => (
                  <th scope="col" key={key}>
                    {nameOf(key)}
                  </th>
                ))}
                <th scope="col">{t("shows.compare")}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row, i) => (
                <Row key={row.show?.id} row={row} before={rows[i + 1]?.show?.id ?? null} currency={report.currency} />
              ))}
            </tbody>
          </table>
        </section>
      )}
    </section>
  );
}

type Step = ChannelReport["steps"][number];

function Row({ row, before, currency }: { row: Step; before: string | null; currency: string }) {
  const show = row.show;
  if (!show) return null;
  return (
    <tr data-testid={`last-show-${show.id}`}>
      <th scope="row">
        <Link to={showPath(show.id)}>{show.title}</Link>
        <br />
        <span class="hint">{dateTime(show.started_at)}</span>
      </th>
      <td>
        {show.watching.length > 1 ? (
          <Sparkline
            values={show.watching}
            label={t("shows.curve.of", { show: show.title, peak: count(Math.max(...show.watching)) })}
          />
        ) : (
          t("shows.curve.none")
        )}
      </td>
      {KEYS.map((key) => (
        <td key={key}>
          {written(row.figures.find((each) => each.key === key && (!each.currency || each.currency === currency)))}
        </td>
      ))}
      <td>
        {before && (
          <Link to="/analyst/compare" query={{ a: show.id, b: before }} aria-label={`${t("shows.compare")}: ${show.title}`}>
            {t("shows.compare")}
          </Link>
        )}
      </td>
    </tr>
  );
}

function saveShows(rows: readonly Step[]): void {
  saveRows(
    "shows",
    ["show", "title", "started_at", ...KEYS],
    rows.map((row) => [
      row.show?.id ?? "",
      row.show?.title ?? "",
      row.show?.started_at ?? "",
      ...KEYS.map((key) => find(row.figures, key)?.amount ?? null),
    ]),
  );
}
