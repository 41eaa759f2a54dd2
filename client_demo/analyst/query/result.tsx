import { useSignal } from "@preact/signals";
import { count } from "../../shared/format";
import { here, stay } from "../address";
import { Frame } from "../charts/frame";
import { Plot } from "../charts/plot";
import { nameOf } from "../definitions/text";
import { saveRows } from "../download";
import { basisOf, movedBy, written } from "../figures/written";
import type { Figure, QueryAnswer, QueryRow } from "../report.generated";
import { moment } from "../text";
import { ask } from "./data";
import { IN_TIME, isWhole, type Question, sortBy } from "./question";
import { t } from "./text";
import { filterText, rowName, valueName } from "./words";

interface Column {
  key: string;
  currency: string | null;
}

/** One column for each metric, and of money for each currency that there is. */
function columnsOf({ metrics, total, rows }: QueryAnswer): Column[] {
  const found = metrics.flatMap((key) => {
    const figures = [total, ...rows].flatMap((row) => row.figures.filter((each) => each.key === key));
    const currencies = [...new Set(figures.map((each) => each.currency ?? null))];
    return (currencies.length ? currencies : [null]).map((currency) => ({ key, currency }));
  });
  return found;
}

function figureOf(row: QueryRow, { key, currency }: Column): Figure | undefined {
  return row.figures.find((each) => each.key === key && (each.currency ?? null) === currency);
}

/** The answer as a table: the total first, then the rows; a head sorts by its column. */
export function ResultTable({ answer, question }: { answer: QueryAnswer; question: Question }) {
  const columns = columnsOf(answer);
  const { dimensions, rows, total } = answer;
  const conditions = (question.filters ?? []).filter(isWhole).map((each) => filterText(each, answer.names));
  return (
    <section class="card people-section" aria-labelledby="result-title" data-testid="result">
      <h2 id="result-title">{t("result.title")}</h2>
      <p class="hint" role="status" data-testid="result-count">
        {t("result.count", { shown: count(rows.length), found: count(answer.found), shows: count(answer.shows) })}
      </p>
      {conditions.length > 0 && <p class="hint">{t("result.where", { conditions: conditions.join(" · ") })}</p>}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keys (WCAG 2.1.1). */}
      <section class="wide" tabIndex={0} aria-label={t("result.title")}>
        <table class="table" data-testid="result-table">
          <thead>
            <tr>
              {dimensions.map((each) => (
                <Head key={each} by={each} name={t.maybe(`field.${each}`) ?? each} question={question} />
              ))}
              {dimensions.length === 0 && <th scope="col">{t("result.all")}</th>}
              {columns.map(({ key, currency }) => (
                <Head
                  key={`${key} ${currency}`}
                  by={key}
                  name={currency ? `${nameOf(key)} (${currency})` : nameOf(key)}
                  question={question}
                />
              ))}
            </tr>
          </thead>
          <tbody>
            <tr class="heat-all" data-testid="result-total">
              <th scope="row" colSpan={Math.max(1, dimensions.length)}>
                {t("result.total")}
              </th>
              {columns.map((each) => (
                <Cell key={`${each.key} ${each.currency}`} row={total} column={each} />
              ))}
            </tr>
            {rows.map((row) => (
              <tr key={JSON.stringify(row.values)}>
                {dimensions.map((each, i) => {
                  const name = valueName(each, row.values[each], answer.names);
                  const text = row.whole || i > 0 ? name : t("partial", { step: name });
                  return i === 0 ? (
                    <th key={each} scope="row">
                      {text}
                    </th>
                  ) : (
                    <td key={each} class="query-word">
                      {text}
                    </td>
                  );
                })}
                {columns.map((each) => (
                  <Cell key={`${each.key} ${each.currency}`} row={row} column={each} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {rows.length === 0 && dimensions.length > 0 && <p class="empty">{t("result.empty")}</p>}
      <p class="hint">{t("result.once")}</p>
    </section>
  );
}

function Head({ by, name, question }: { by: string; name: string; question: Question }) {
  const now = question.order?.find((each) => each.by === by);
  const sort = now ? (now.descending ? "descending" : "ascending") : "none";
  return (
    <th scope="col" aria-sort={sort}>
      <button type="button" class="query-sort" data-testid={`sort-${by}`} onClick={() => ask(sortBy(question, by))}>
        {name}
        <span aria-hidden="true">{sort === "none" ? "" : sort === "descending" ? " ↓" : " ↑"}</span>
      </button>
    </th>
  );
}

function Cell({ row, column }: { row: QueryRow; column: Column }) {
  const figure = figureOf(row, column);
  const change = row.changes.find((each) => each.key === column.key && (each.currency ?? null) === column.currency);
  return (
    <td title={basisOf(figure ?? null)}>
      {written(figure)}
      {change && (
        <span class="heat-of">
          {movedBy(change)}
          {change.chance?.more_than_chance ? ` ${t("sure")}` : ""}
        </span>
      )}
    </td>
  );
}

/** One metric over the rows: bars, or a line over time where it is a share or a duration. */
export function ResultChart({ answer }: { answer: QueryAnswer }) {
  const point = useSignal<number | null>(null);
  const asked = here.value.query.get("figure");
  const key = answer.metrics.find((each) => each === asked) ?? answer.metrics[0] ?? "viewers";
  const column = columnsOf(answer).find((each) => each.key === key && (!each.currency || each.currency === answer.currency));
  const figures = answer.rows.map((row) => (column ? figureOf(row, column) : undefined));
  const names = answer.rows.map((row) => rowName(answer, row.values));
  const kind = figures.find((each) => each)?.kind ?? "count";
  const inTime = (IN_TIME as readonly string[]).includes(answer.dimensions[0] ?? "") && answer.dimensions.length === 1;
  const look = inTime && (kind === "share" || kind === "seconds" || kind === "decimal") ? "line" : "bars";
  const say = (i: number): string => (names[i] ? `${names[i]}: ${written(figures[i])}` : "");
  const named = nameOf(key);
  return (
    <Frame
      title={t("chart.title")}
      lead={named}
      testid="chart"
      file={`query-${key}`}
      source={`${answer.channel}, ${moment(answer.as_of)}`}
      onData={() =>
        saveRows(
          `query-${key}`,
          ["row", key],
          names.map((name, i) => [name, figures[i]?.amount ?? null]),
        )
      }
      readout={<span>{point.value === null ? "" : say(point.value)}</span>}
      legend={
        <div class="legend">
          <label class="choice">
            <span class="hint">{t("chart.metric")}</span>
            <select
              class="input"
              data-testid="chart-metric"
              value={key}
              onChange={(event) => stay({ figure: event.currentTarget.value })}
            >
              {answer.metrics.map((each) => (
                <option key={each} value={each}>
                  {nameOf(each)}
                </option>
              ))}
            </select>
          </label>
        </div>
      }
      table={
        <table class="table">
          <caption class="hint">{named}</caption>
          <tbody>
            {names.map((name, i) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>{written(figures[i])}</td>
              </tr>
            ))}
          </tbody>
        </table>
      }
    >
      <Plot
        x={answer.rows.map((_, i) => i)}
        curves={[{ label: named, values: figures.map((each) => each?.amount ?? null), look, colour: "--accent" }]}
        height={260}
        label={t("chart.of", { metric: named })}
        xTitle={answer.dimensions.map((each) => t.maybe(`field.${each}`) ?? each).join(" · ")}
        yTitle={named}
        xText={(x) => (Number.isInteger(x) ? short(names[x] ?? "") : "")}
        xSteps={[1, 2, 3, 5, 7, 10, 14, 20, 50, 100]}
        yText={(amount) => written({ kind, amount, currency: answer.currency })}
        say={say}
        onPoint={(i) => {
          point.value = i;
        }}
        testid="chart-plot"
      />
    </Frame>
  );
}

function short(name: string): string {
  return name.length > 14 ? `${name.slice(0, 13)}…` : name;
}
