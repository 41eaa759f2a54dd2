import { useId } from "preact/hooks";
import { Button } from "../../shared/ui/button";
import { theChannel } from "../channel";
import type { FormState } from "../form_state";
import { Sign } from "../sign";
import { type CheckoutText, firstWrong, METHODS_MOST, type MethodText, NEW_METHOD } from "./settings";
import { t } from "./text";

const PARTS = ["ja", "en", "price", "freeFrom", "countries", "days"] as const;
const AMOUNTS: ReadonlySet<string> = new Set(["price", "freeFrom"]);

/** The ways of shipping: what each is called, what it costs, and where it goes. */
export function MethodsField({ form }: { form: FormState<CheckoutText> }) {
  const id = useId();
  const { methods } = form.values;
  const { currency } = theChannel();
  const wrong = form.errors.value.methods;
  const wrongAt = wrong === undefined ? -1 : firstWrong(methods, currency);
  form.descriptions.set("methods", {
    label: t("methods"),
    show: (value) => (value as readonly MethodText[]).map(({ en, ja, price }) => `${en || ja}: ${price}`).join("\n"),
  });
  const set = (at: number, part: Partial<MethodText>): void =>
    form.set(
      "methods",
      methods.map((each, i) => (i === at ? { ...each, ...part } : each)),
    );
  return (
    <div class="ways">
      {methods.map((method, at) => (
        <fieldset key={method.id ?? at} class="way" data-testid="method">
          <legend class="field-label">{t("method.n", { n: at + 1 })}</legend>
          <div class="way-parts">
            {PARTS.map((part) => (
              <label key={part} class="field">
                <span class="field-label">
                  {t(`method.${part}`)}
                  {AMOUNTS.has(part) && ` (${currency})`}
                </span>
                <input
                  class="input"
                  value={method[part]}
                  maxLength={part === "countries" ? 1000 : 80}
                  inputMode={AMOUNTS.has(part) ? "decimal" : part === "days" ? "numeric" : undefined}
                  autocomplete="off"
                  aria-invalid={at === wrongAt}
                  aria-describedby={`${id}-hint ${id}-wrong`}
                  disabled={form.saving.value}
                  data-testid={`method-${part}`}
                  onInput={(event) => set(at, { [part]: event.currentTarget.value })}
                />
              </label>
            ))}
          </div>
          <Button
            look="quiet"
            class="way-remove"
            data-testid="method-remove"
            onClick={() =>
              form.set(
                "methods",
                methods.filter((_, i) => i !== at),
              )
            }
          >
            {t("method.remove", { n: at + 1 })}
          </Button>
        </fieldset>
      ))}
      <p class="hint" id={`${id}-hint`}>
        {t("methods.hint")}
      </p>
      <p class="field-wrong" id={`${id}-wrong`} role="alert" data-testid="wrong-methods">
        {wrong}
      </p>
      {methods.length < METHODS_MOST && (
        <Button class="way-add" data-testid="method-add" onClick={() => form.set("methods", [...methods, NEW_METHOD])}>
          <Sign name="add" />
          {t("method.add")}
        </Button>
      )}
    </div>
  );
}
