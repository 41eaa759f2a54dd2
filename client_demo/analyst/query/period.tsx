import { ask } from "./data";
import { mayCompare, type Period, type Question, written } from "./question";
import { t } from "./text";

const LASTS: readonly { name: string; period: Period }[] = [
  { name: "days28", period: { type: "last", n: 28 } },
  { name: "days90", period: { type: "last", n: 90 } },
  { name: "months12", period: { type: "last", n: 12, unit: "month" } },
  { name: "shows10", period: { type: "last", n: 10, unit: "show" } },
  { name: "month", period: {} },
];

/** Which shows: the last so many days, or days by their dates; and whether the days before stand beside. */
export function PeriodChoice({ question }: { question: Question }) {
  const now = JSON.stringify(question.period ?? {});
  const known = LASTS.find((each) => JSON.stringify(each.period) === now);
  const days =
    question.period && (question.period.type ?? "days") === "days" ? (question.period as { from?: string; to?: string }) : {};
  return (
    <fieldset class="people-filters query-period" data-testid="period">
      <legend class="field-label">{t("period")}</legend>
      <label class="field">
        <span class="field-label">{t("period.which")}</span>
        <select
          class="input"
          data-testid="period-choice"
          value={known?.name ?? "own"}
          onChange={(event) => {
            const chosen = LASTS.find((each) => each.name === event.currentTarget.value);
            if (chosen) change(question, chosen.period);
          }}
        >
          {LASTS.map(({ name }) => (
            <option key={name} value={name}>
              {t(`period.${name}` as "period.days28")}
            </option>
          ))}
          <option value="own">{t("period.own")}</option>
        </select>
      </label>
      {(["from", "to"] as const).map((end) => (
        <label key={end} class="field people-day">
          <span class="field-label">{t(`period.${end}`)}</span>
          <input
            class="input"
            type="date"
            data-testid={`period-${end}`}
            value={days[end] ?? ""}
            onChange={(event) => {
              const next = { ...days, [end]: event.currentTarget.value };
              change(question, { ...(next.from && { from: next.from }), ...(next.to && { to: next.to }) });
            }}
          />
        </label>
      ))}
      <label class="query-check">
        <input
          type="checkbox"
          data-testid="compare"
          checked={Boolean(question.compare)}
          disabled={!question.compare && !mayCompare(question)}
          onChange={(event) => {
            const { compare: _, ...rest } = question;
            ask(event.currentTarget.checked ? { ...rest, compare: { type: "before" } } : rest);
          }}
        />
        {t("compare")}
      </label>
    </fieldset>
  );
}

function change(question: Question, period: Period): void {
  const { compare, ...rest } = { ...question, period };
  ask(written(compare && mayCompare(rest) ? { ...rest, compare } : rest));
}
