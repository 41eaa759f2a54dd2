import { useSignal } from "@preact/signals";
import { useEffect, useId } from "preact/hooks";
import { RefusedError } from "../../sdk/refused";
import { count } from "../../shared/format";
import { explainError } from "../../shared/staff/sign-in";
import { Button } from "../../shared/ui/button";
import { showToast } from "../../shared/ui/toast";
import { here, stay } from "../address";
import { tellFailure } from "../failure";
import { ratio, t } from "../people/text";
import type { Preview, SegmentBody } from "../report";
import { shared } from "../text";
import { ConditionRow } from "./condition";
import { asOf, preview, remove, save, saved } from "./data";
import { type Draft, draftOf, FIRST, isWhole, type Rule, readDraft, ruleOf } from "./rule";
import { sentence } from "./words";

const CONDITIONS_MOST = 20;
const NAME_MOST = 80;

/** A segment that is made or changed. The draft stands in the address until it is saved. */
export function Editor({ segment }: { segment: SegmentBody | null }) {
  const heading = useId();
  const name = useSignal(segment?.name ?? "");
  const kept = segment ? draftOf(segment.rule as unknown as Rule) : { join: "all" as const, conditions: [FIRST] };
  const draft = readDraft(here.value.query.get("rule")) ?? kept;
  const rule = draft ? ruleOf(draft) : (segment?.rule as unknown as Rule);
  const missing = !name.value.trim();

  function change(next: Draft): void {
    stay({ rule: JSON.stringify(ruleOf(next)) });
  }

  async function keep(): Promise<void> {
    try {
      const done = await save(name.value.trim(), rule, segment);
      showToast(t("saved.done", { name: done.name }));
      saved.again();
      stay({ segment: done.id, rule: null });
    } catch (error) {
      if (error instanceof RefusedError && error.code === "conflict") {
        saved.again();
        showToast(t("saved.conflict"));
      } else tellFailure(error);
    }
  }

  return (
    <form
      class="people-section"
      aria-labelledby={heading}
      data-testid="editor"
      onSubmit={(event) => {
        event.preventDefault();
        void keep();
      }}
    >
      <h3 id={heading}>{segment ? t("editor.change", { name: segment.name }) : t("editor.new")}</h3>
      <label class="field">
        <span class="field-label">{t("editor.name")}</span>
        <input
          class="input"
          data-testid="segment-name"
          maxLength={NAME_MOST}
          value={name.value}
          onInput={(event) => {
            name.value = event.currentTarget.value;
          }}
        />
      </label>
      {draft ? (
        <Conditions draft={draft} change={change} />
      ) : (
        <p data-testid="rule-fixed">{t("editor.fixed", { rule: sentence(rule) })}</p>
      )}
      {(!draft || isWhole(draft)) && <Found rule={rule} />}
      <div class="people-actions">
        <Button look="primary" type="submit" disabled={missing || (draft !== null && !isWhole(draft))} data-testid="segment-save">
          {shared("save")}
        </Button>
        <Button onClick={() => stay({ segment: null, rule: null })}>{shared("close")}</Button>
        {segment && <Remove segment={segment} />}
      </div>
    </form>
  );
}

function Conditions({ draft, change }: { draft: Draft; change: (next: Draft) => void }) {
  const { join, conditions } = draft;
  return (
    <>
      <fieldset class="people-choice">
        <legend class="field-label">{t("editor.join")}</legend>
        <div class="segmented">
          {(["all", "any"] as const).map((each) => (
            <button
              type="button"
              key={each}
              aria-pressed={each === join}
              data-testid={`join-${each}`}
              onClick={() => change({ join: each, conditions })}
            >
              {t(`editor.join.${each}`)}
            </button>
          ))}
        </div>
      </fieldset>
      <div class="rule-rows">
        {conditions.map((condition, i) => (
          <ConditionRow
            // Conditions have no identity but their place.
            key={i}
            place={i}
            condition={condition}
            change={(next) => change({ join, conditions: conditions.map((each, j) => (j === i ? next : each)) })}
            remove={conditions.length > 1 ? () => change({ join, conditions: conditions.filter((_each, j) => j !== i) }) : null}
          />
        ))}
      </div>
      <div class="people-actions">
        <Button
          size="small"
          disabled={conditions.length >= CONDITIONS_MOST}
          data-testid="condition-add"
          onClick={() => change({ join, conditions: [...conditions, { metric: "shows", op: ">=", value: 2 }] })}
        >
          {t("editor.add")}
        </Button>
      </div>
    </>
  );
}

/** How many the rule holds for, as it stands. */
function Found({ rule }: { rule: Rule }) {
  const found = useSignal<Preview | null>(null);
  const failure = useSignal<string | null>(null);
  const key = `${JSON.stringify(rule)} ${asOf() ?? ""}`;
  // `key` stands for the rule and the day.
  useEffect(() => {
    let mine = true;
    const timer = setTimeout(() => {
      preview(rule).then(
        (value) => {
          if (!mine) return;
          found.value = value;
          failure.value = null;
        },
        (error: unknown) => {
          if (mine) failure.value = error instanceof RefusedError ? error.code : "unknown";
        },
      );
    }, 300);
    return () => {
      mine = false;
      clearTimeout(timer);
    };
  }, [key]);
  if (failure.value) return <p role="alert">{explainError(failure.value)}</p>;
  const { found: n, sample = [] } = found.value ?? {};
  return (
    <div class="people-section" role="status" data-testid="found">
      <p>
        <strong>{n ? t("found", { ratio: ratio(n.part, n.whole) }) : shared("loading")}</strong>
      </p>
      {sample.length > 0 && (
        <ul class="people-list" aria-label={t("found.sample", { n: count(sample.length) })}>
          {sample.map((each) => (
            <li key={each}>{each}</li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Remove({ segment }: { segment: SegmentBody }) {
  async function goAway(): Promise<void> {
    try {
      await remove(segment);
      stay({ segment: null, rule: null });
      saved.again();
      const undo = (): void => void save(segment.name, segment.rule as unknown as Rule, null).then(saved.again, tellFailure);
      showToast(t("saved.removed", { name: segment.name }), { label: shared("undo"), run: undo });
    } catch (error) {
      tellFailure(error);
    }
  }
  return (
    <Button look="danger" onClick={() => void goAway()} data-testid="segment-remove">
      {t("editor.remove")}
    </Button>
  );
}
