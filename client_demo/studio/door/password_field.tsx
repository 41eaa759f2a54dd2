import { useSignal } from "@preact/signals";
import { lengthOf } from "../../shared/writing";
import { Field } from "../fields";
import type { FormState } from "../form_state";
import { t } from "./text";

export const PASSWORD_LEAST = 15;
export const PASSWORD_MOST = 128;

interface PasswordProps<V extends object, K extends keyof V> {
  form: FormState<V>;
  name: K;
  label: string;
  /** Whether it is chosen here: then the rules stand under it. */
  fresh?: boolean;
}

/** A password: what is typed can be looked at, pasted, and filled in by a manager of passwords. */
export function PasswordField<V extends object, K extends keyof V>({ form, name, label, fresh = true }: PasswordProps<V, K>) {
  const seen = useSignal(false);
  return (
    <>
      <Field
        form={form}
        name={name}
        label={label}
        hint={fresh ? t("password.hint", { least: PASSWORD_LEAST }) : undefined}
        show={() => "•••"}
        control={(control) => (
          <input
            {...control}
            class="input"
            type={(seen.value ? "text" : "password") as "text"}
            value={String(form.values[name] ?? "")}
            autocomplete={fresh ? "new-password" : "current-password"}
            autocapitalize="off"
            spellcheck={false}
            onInput={(event) => form.set(name, event.currentTarget.value as V[K])}
          />
        )}
      />
      <label class="checkbox">
        <input
          type="checkbox"
          checked={seen.value}
          data-testid={`show-${String(name)}`}
          onChange={(event) => {
            seen.value = event.currentTarget.checked;
          }}
        />
        <span>{t("password.show")}</span>
      </label>
    </>
  );
}

/** What is wrong with a password that is chosen, as far as this page can tell; undefined: nothing. */
export function checkPassword(password: string): string | undefined {
  const length = lengthOf(password.normalize("NFKC"));
  if (length < PASSWORD_LEAST) return t("password.short", { least: PASSWORD_LEAST });
  return length > PASSWORD_MOST ? t("password.long", { most: PASSWORD_MOST }) : undefined;
}
