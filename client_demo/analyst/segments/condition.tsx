import { useId } from "preact/hooks";
import { Button } from "../../shared/ui/button";
import { Icon } from "../../shared/ui/icon";
import { t } from "../people/text";
import { about, type Condition, isName, METRICS, type Metric, mayBeRecent, NAME_OPS, NUMBER_OPS, type Op, wordsOf } from "./rule";
import { metricName, opName, wordName } from "./words";

const DAYS_MOST = 3650;

interface ConditionProps {
  place: number;
  condition: Condition;
  change: (next: Condition) => void;
  /** Null for the only one. */
  remove: (() => void) | null;
}

/** One condition: what of a viewer, how compared, with what, and of which last days. */
export function ConditionRow({ place, condition, change, remove }: ConditionProps) {
  const { metric, op, days } = condition;
  return (
    <fieldset class="rule-row people-choice" aria-label={t("condition.nth", { n: place + 1 })} data-testid={`condition-${place}`}>
      <label class="field">
        <span class="field-label">{t("condition.metric")}</span>
        <select
          class="input"
          data-testid={`metric-${place}`}
          value={metric}
          onChange={(event) => change(about(event.currentTarget.value as Metric, condition))}
        >
          {METRICS.map((each) => (
            <option key={each} value={each}>
              {metricName(each)}
            </option>
          ))}
        </select>
      </label>
      <label class="field rule-op">
        <span class="field-label">{t("condition.op")}</span>
        <select
          class="input"
          data-testid={`op-${place}`}
          value={op}
          onChange={(event) => change({ ...condition, op: event.currentTarget.value as Op })}
        >
          {(isName(metric) ? NAME_OPS : NUMBER_OPS).map((each) => (
            <option key={each} value={each}>
              {opName(each)}
            </option>
          ))}
        </select>
      </label>
      <Value place={place} condition={condition} change={change} />
      {mayBeRecent(metric) && (
        <label class="field rule-days">
          <span class="field-label">{t("condition.days")}</span>
          <input
            class="input"
            type="number"
            min={1}
            max={DAYS_MOST}
            placeholder={t("condition.ever")}
            data-testid={`days-${place}`}
            value={days ?? ""}
            onChange={(event) => change(withDays(condition, event.currentTarget.valueAsNumber))}
          />
        </label>
      )}
      {remove && (
        <Button look="quiet" size="icon" aria-label={t("condition.remove", { n: place + 1 })} onClick={remove}>
          <Icon name="close" />
        </Button>
      )}
    </fieldset>
  );
}

function withDays({ metric, op, value }: Condition, days: number): Condition {
  return days >= 1 && days <= DAYS_MOST ? { metric, op, value, days: Math.round(days) } : { metric, op, value };
}

function Value({ place, condition, change }: Omit<ConditionProps, "remove">) {
  const id = useId();
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {t("condition.value")}
      </label>
      <Control id={id} place={place} condition={condition} change={change} />
    </div>
  );
}

function Control({ id, place, condition, change }: Omit<ConditionProps, "remove"> & { id: string }) {
  const { metric, value } = condition;
  const words = wordsOf(metric);
  const same = { id, class: "input", "data-testid": `value-${place}`, value: String(value) };
  if (words) {
    return (
      <select {...same} onChange={(event) => change({ ...condition, value: event.currentTarget.value })}>
        {words.map((each) => (
          <option key={each} value={each}>
            {wordName(each)}
          </option>
        ))}
      </select>
    );
  }
  if (isName(metric)) {
    return (
      <input
        {...same}
        type="text"
        maxLength={100}
        onChange={(event) => change({ ...condition, value: event.currentTarget.value.trim() })}
      />
    );
  }
  return (
    <input
      {...same}
      type="number"
      step={1}
      onChange={(event) => {
        const n = event.currentTarget.valueAsNumber;
        change({ ...condition, value: Number.isNaN(n) ? 0 : Math.round(n) });
      }}
    />
  );
}
