import { useId } from "preact/hooks";
import { Button } from "../../shared/ui/button";
import type { FormState } from "../form_state";
import { Sign } from "../sign";
import { OPTIONS_MOST, type OptionText } from "./options";
import type { ProductText } from "./product";
import { t } from "./text";

/** The options that a product comes in: a name, and its values with commas between them. */
export function OptionsField({ form }: { form: FormState<ProductText> }) {
  const id = useId();
  const { options } = form.values;
  const wrong = form.errors.value.options;
  form.descriptions.set("options", {
    label: t("options"),
    show: (value) => (value as readonly OptionText[]).map(({ name, values }) => `${name}: ${values}`).join("\n"),
  });
  const set = (at: number, part: Partial<OptionText>): void =>
    form.set(
      "options",
      options.map((each, i) => (i === at ? { ...each, ...part } : each)),
    );
  return (
    <div class="options">
      {options.map((option, at) => (
        <fieldset key={at} class="option">
          <legend class="visually-hidden">{t("option.n", { n: at + 1 })}</legend>
          <label class="field">
            <span class="field-label">{t("option.name")}</span>
            <input
              class="input"
              value={option.name}
              maxLength={60}
              placeholder={t("option.name.example")}
              aria-invalid={wrong !== undefined}
              aria-describedby={`${id}-wrong`}
              data-testid="option-name"
              onInput={(event) => set(at, { name: event.currentTarget.value })}
            />
          </label>
          <label class="field">
            <span class="field-label">{t("option.values")}</span>
            <input
              class="input"
              value={option.values}
              placeholder={t("option.values.example")}
              aria-invalid={wrong !== undefined}
              aria-describedby={`${id}-hint ${id}-wrong`}
              data-testid="option-values"
              onInput={(event) => set(at, { values: event.currentTarget.value })}
            />
          </label>
          <Button
            size="icon"
            look="quiet"
            class="option-remove"
            aria-label={t("option.remove", { name: option.name || String(at + 1) })}
            data-testid="option-remove"
            onClick={() =>
              form.set(
                "options",
                options.filter((_, i) => i !== at),
              )
            }
          >
            <Sign name="add" />
          </Button>
        </fieldset>
      ))}
      {options.length > 0 && (
        <p class="hint" id={`${id}-hint`}>
          {t("option.values.hint")}
        </p>
      )}
      <p class="field-wrong" id={`${id}-wrong`} role="alert" data-testid="wrong-options">
        {wrong}
      </p>
      {options.length < OPTIONS_MOST && (
        <Button
          class="option-add"
          data-testid="option-add"
          onClick={() => form.set("options", [...options, { name: "", values: "" }])}
        >
          <Sign name="add" />
          {t("option.add")}
        </Button>
      )}
    </div>
  );
}
