import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { RefusedError } from "../../sdk/refused";
import type { Direction, Suggestion } from "../../shared/plan/told";
import { Button } from "../../shared/ui/button";
import { showToast } from "../../shared/ui/toast";
import "../../shared/plan/plan.css";
import { amountText, metricName, t } from "../../shared/plan/text";
import { explain, tellFailure } from "../api";
import { type Line, TargetLines } from "./target_lines";
import { readAmount, typedAmount } from "./typed";
import "./targets.css";

/** What a show is to come to: each metric once, with what the last shows came to beside its field. */
export function TargetsForm({ show, begun }: { show: string; begun: boolean }) {
  const lines = useMemo(() => new TargetLines(show), [show]);
  const sending = useSignal(false);
  useEffect(() => void lines.load(), [lines]);
  const { value } = lines.lines;
  if (lines.failure.value) {
    return (
      <p class="notice notice-bad" role="alert">
        {explain(new RefusedError(lines.failure.value, ""))}
        <Button size="small" onClick={() => void lines.load()}>
          {t("retry")}
        </Button>
      </p>
    );
  }
  if (!value) return <p class="hint">{t("loading")}</p>;
  const save = async (): Promise<void> => {
    sending.value = true;
    try {
      if (await lines.save()) showToast(t("targets.saved"));
    } catch (error) {
      tellFailure(error);
    }
    sending.value = false;
  };
  return (
    <form
      class="targets-form"
      data-testid="targets-form"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      {begun && <p class="notice">{t("targets.after_start")}</p>}
      <Conflict lines={lines} />
      {value.length === 0 && <p class="hint">{t("targets.none_yet")}</p>}
      <ul class="targets-lines">
        {value.map((line) => (
          <TargetField key={line.metric} line={line} lines={lines} />
        ))}
      </ul>
      <div class="targets-foot">
        <Adding lines={lines} />
        <Button
          type="submit"
          look="primary"
          data-testid="targets-save"
          disabled={sending.value || !lines.changed.value || lines.wrong.value}
        >
          {t("targets.save")}
        </Button>
      </div>
    </form>
  );
}

function TargetField({ line, lines }: { line: Line; lines: TargetLines }) {
  const found = lines.suggestionOf(line.metric);
  const kind = found?.kind ?? "count";
  const { currency } = lines;
  const id = `target-${line.metric}`;
  const wrong = line.typed !== "" && readAmount(kind, line.typed, currency) === null;
  return (
    <li class="targets-line" data-testid={`target-${line.metric}`}>
      <label class="field-label" for={id}>
        {metricName(line.metric)}
      </label>
      <div class="targets-fields">
        <select
          class="input"
          aria-label={t("targets.direction.of", { metric: metricName(line.metric) })}
          data-testid={`target-${line.metric}-direction`}
          value={line.direction}
          onChange={(event) => lines.set(line.metric, { direction: event.currentTarget.value as Direction })}
        >
          <option value="at_least">{t("direction.at_least")}</option>
          <option value="at_most">{t("direction.at_most")}</option>
        </select>
        <input
          id={id}
          class="input targets-amount"
          inputMode={kind === "seconds" ? "text" : "decimal"}
          aria-invalid={wrong}
          aria-describedby={`${id}-beside`}
          data-testid={`target-${line.metric}-amount`}
          value={line.typed}
          onInput={(event) => lines.set(line.metric, { typed: event.currentTarget.value })}
        />
        <span class="hint targets-unit">{kind === "money" ? currency : t(`unit.${kind}`)}</span>
        <Button
          look="quiet"
          size="small"
          aria-label={t("targets.remove.of", { metric: metricName(line.metric) })}
          data-testid={`target-${line.metric}-remove`}
          onClick={() => lines.remove(line.metric)}
        >
          {t("targets.remove")}
        </Button>
      </div>
      <p class={wrong ? "targets-wrong" : "hint"} id={`${id}-beside`} data-testid={`target-${line.metric}-suggestion`}>
        {wrong ? t(`wrong.${kind}`) : found && <Beside found={found} line={line} lines={lines} />}
      </p>
    </li>
  );
}

/** What the last shows came to, and the way to take the median over. */
function Beside({ found, line, lines }: { found: Suggestion; line: Line; lines: TargetLines }) {
  const { kind, mean, median, n, currency } = found;
  if (median === null) return <>{t("suggestion.none")}</>;
  const said = { mean: amountText(kind, mean, currency), median: amountText(kind, median, currency) };
  return (
    <>
      {t.count("suggestion", n, said)}{" "}
      <button
        type="button"
        class="targets-take"
        data-testid={`target-${line.metric}-take`}
        onClick={() => lines.set(line.metric, { typed: typedAmount(kind, median, lines.currency) })}
      >
        {t("suggestion.take")}
      </button>
    </>
  );
}

function Adding({ lines }: { lines: TargetLines }) {
  const left = lines.left.value;
  if (left.length === 0) return null;
  return (
    <label class="targets-add">
      <span class="field-label">{t("targets.add")}</span>
      <select
        class="input"
        data-testid="targets-add"
        value=""
        onChange={(event) => {
          lines.add(event.currentTarget.value);
          event.currentTarget.value = "";
        }}
      >
        <option value="">{t("targets.choose")}</option>
        {left.map(({ metric }) => (
          <option key={metric} value={metric}>
            {metricName(metric)}
          </option>
        ))}
      </select>
    </label>
  );
}

/** A colleague was faster: what they set, and the choice. */
function Conflict({ lines }: { lines: TargetLines }) {
  const theirs = lines.theirs.value;
  if (!theirs) return null;
  return (
    <div class="notice" role="alert" data-testid="targets-conflict">
      <p>
        {t("targets.conflict", {
          targets:
            theirs.targets
              .map((each) => `${metricName(each.metric)} ${amountText(each.kind, each.amount, each.currency)}`)
              .join(t("and")) || t("targets.nothing"),
        })}
      </p>
      <Button size="small" data-testid="targets-theirs" onClick={() => lines.takeTheirs()}>
        {t("targets.take_theirs")}
      </Button>
      <Button size="small" data-testid="targets-mine" onClick={() => lines.keepMine()}>
        {t("targets.keep_mine")}
      </Button>
    </div>
  );
}
