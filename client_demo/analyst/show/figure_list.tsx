import { signal } from "@preact/signals";
import { count, dateTime, money, percent } from "../../shared/format";
import { Dialog } from "../../shared/ui/dialog";
import { written } from "../figures/written";
import type { ShowReport } from "../report";
import { decimal, moment, t } from "../text";
import { changeOf, type Figure, type FigureGroup, groupsOf } from "./figures";

const explained = signal<Figure | null>(null);

/** All figures in groups; each name opens its definition. */
export function FigureList({ report, other }: { report: ShowReport; other: ShowReport | null }) {
  const before = new Map(
    other ? groupsOf(other).flatMap((group) => group.figures.map((each) => [idOf(each), each] as const)) : [],
  );
  return (
    <section class="figures" aria-label={t("figures.title")} data-testid="figures">
      {groupsOf(report).map((group) => (
        <Group key={group.key} group={group} before={before} compared={other !== null} />
      ))}
      {explained.value && <Definition figure={explained.value} report={report} />}
    </section>
  );
}

const idOf = (figure: Figure): string => `${figure.key} ${figure.currency ?? ""}`;

function Group({ group, before, compared }: { group: FigureGroup; before: ReadonlyMap<string, Figure>; compared: boolean }) {
  return (
    <section class={`card figure-group figure-group-${group.key}`}>
      <h2>{t(`group.${group.key}`)}</h2>
      <dl class="figure-rows">
        {group.figures.map((figure) => (
          <Row key={idOf(figure)} figure={figure} before={before.get(idOf(figure))} compared={compared} />
        ))}
      </dl>
    </section>
  );
}

function Row({ figure, before, compared }: { figure: Figure; before: Figure | undefined; compared: boolean }) {
  const { key, of, amount } = figure;
  return (
    <div class="figure-row" data-testid={`figure-${key}`}>
      <dt>
        <button
          type="button"
          class="figure-name"
          aria-haspopup="dialog"
          data-testid={`define-${key}`}
          onClick={() => {
            explained.value = figure;
          }}
        >
          {t(`figure.${key}`)}
        </button>
        {(of || amount === null) && (
          <span class="hint figure-of" data-testid={`basis-${key}`}>
            {basis(figure)}
          </span>
        )}
        {figure.named && <span class="hint figure-of">{figure.currency}</span>}
        {figure.note && <span class="hint figure-of">{t(`note.${figure.note}`)}</span>}
        {figure.beside && (
          <span class="hint figure-of" data-testid={`beside-${key}`}>
            {besideOf(figure)}
          </span>
        )}
      </dt>
      <dd>
        <span
          class={figure.provisional && amount !== null ? "figure-value figure-provisional" : "figure-value"}
          data-testid={`value-${key}`}
        >
          {written(figure)}
        </span>
        {compared && before && <span class="hint figure-before">{comparison(figure, before)}</span>}
      </dd>
    </div>
  );
}

function basis({ of, amount, knownAt, unknown }: Figure): string {
  if (of) return t(`of.${of.unit}`, { part: count(of.part), whole: count(of.whole) });
  if (amount === null && knownAt) return t("known.at", { at: dateTime(knownAt) });
  return t(unknown ? `unknown.${unknown}` : "known.not");
}

/** What people without a view did, told beside the figure. */
function besideOf({ beside, currency }: Figure): string {
  if (!beside) return "";
  if (beside.key === "money") return t("beside.money", { amount: money(beside.amount, currency ?? "JPY") });
  return t.count(`beside.${beside.key}`, beside.amount);
}

function comparison(figure: Figure, before: Figure): string {
  const change = changeOf(figure, before);
  const value = t("compared.to", { value: written(before) });
  if (!change) return value;
  const sign = (n: number): string => (n > 0 ? "+" : n < 0 ? "−" : "±");
  if ("points" in change)
    return `${value} (${t("change.points", { n: sign(change.points) + decimal(Math.abs(change.points)) })})`;
  return `${value} (${sign(change.relative)}${percent(Math.abs(change.relative), 0)})`;
}

function Definition({ figure, report }: { figure: Figure; report: ShowReport }) {
  return (
    <Dialog
      title={t(`figure.${figure.key}`)}
      testid="definition"
      onClose={() => {
        explained.value = null;
      }}
    >
      <p class="definition-value">
        <strong class="definition-amount">{written(figure)}</strong>
        {(figure.of || figure.amount === null) && <span class="hint">{basis(figure)}</span>}
        {figure.beside && <span class="hint">{besideOf(figure)}</span>}
      </p>
      <p data-testid="definition-text">{t(`define.${figure.key}`)}</p>
      {(figure.provisional || report.provisional) && <p class="notice">{t("provisional.why")}</p>}
      <p class="hint">{t("definition.foot", { version: report.definition_version, at: moment(report.as_of) })}</p>
    </Dialog>
  );
}
