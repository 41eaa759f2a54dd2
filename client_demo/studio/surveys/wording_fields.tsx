import { CheckField, Field, NumberField, TextField } from "../fields";
import type { FormState } from "../form_state";
import { t } from "./text";
import { KINDS, type Kind, QUESTION_MOST, usual, type WordingText } from "./wording";

/** The fields of what a survey asks, those of its kind alone. */
export function WordingFields<V extends WordingText>({ form }: { form: FormState<V> }) {
  const { kind } = form.values;
  const name = <K extends keyof WordingText>(key: K): K & keyof V => key;
  return (
    <>
      <Field
        form={form}
        name={name("kind")}
        label={t("kind")}
        show={(value) => t(`kind.${value as Kind}`)}
        control={(control) => (
          <select
            {...control}
            class="input"
            value={kind}
            onChange={(event) => {
              const next = KINDS.find((each) => each === event.currentTarget.value) ?? kind;
              const untouched = [usual(form.values.kind), ""].includes(form.values.question.trim());
              form.set(name("kind"), next as V["kind"]);
              if (untouched) form.set(name("question"), usual(next) as V["question"]);
            }}
          >
            {KINDS.map((each) => (
              <option key={each} value={each}>
                {t(`kind.${each}`)}
              </option>
            ))}
          </select>
        )}
      />
      <TextField form={form} name={name("question")} label={t("question")} most={QUESTION_MOST} />
      {kind === "choice" && (
        <TextField form={form} name={name("choices")} label={t("choices")} hint={t("choices.hint")} lines={4} />
      )}
      {kind === "nps" && <CheckField form={form} name={name("why")} label={t("why")} />}
      <NumberField form={form} name={name("hours")} label={t("hours")} hint={t("hours.hint")} unit={t("hours.unit")} />
    </>
  );
}
