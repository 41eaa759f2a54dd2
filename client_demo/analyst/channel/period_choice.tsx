import { here, stay } from "../address";
import type { Comparison } from "../report.generated";
import { dayIn, daysOf, PRESETS } from "./days";
import { t } from "./text";

/** Which days are looked at: the usual ones by a button, any by their dates. */
export function PeriodChoice({ now }: { now: Comparison }) {
  const period = now.a.period;
  if (!period) return null;
  const today = dayIn(now.time_zone, now.as_of);
  const asked = { from: here.value.query.get("from"), to: here.value.query.get("to") };
  const beside = { with_from: null, with_to: null };
  return (
    <div class="period">
      <fieldset class="segmented" aria-label={t("period.label")}>
        {PRESETS.map((preset) => {
          const days = daysOf(preset, today);
          return (
            <button
              type="button"
              key={preset}
              aria-pressed={days.from === asked.from && days.to === asked.to}
              data-testid={`period-${preset}`}
              onClick={() => stay({ ...days, ...beside, by: null })}
            >
              {t(`period.${preset}`)}
            </button>
          );
        })}
      </fieldset>
      {(["from", "to"] as const).map((name) => (
        <label key={name} class="period-day">
          <span class="hint">{t(`period.${name}`)}</span>
          <input
            class="input"
            type="date"
            data-testid={`period-${name}`}
            value={name === "from" ? period.first : period.last}
            onChange={(event) => {
              const next = { from: period.first, to: period.last, [name]: event.currentTarget.value };
              if (event.currentTarget.value && next.from <= next.to) stay({ ...next, ...beside, by: null });
            }}
          />
        </label>
      ))}
    </div>
  );
}
