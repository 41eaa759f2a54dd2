import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { RoomLeft } from "../shared/ui/room_left";
import type { FormState } from "./form_state";
import { t } from "./text";

interface FieldProps<V extends object, K extends keyof V> {
  form: FormState<V>;
  name: K;
  label: string;
  hint?: string | undefined;
  disabled?: boolean | undefined;
}

/** What the control of a field is given: ids and states for those who hear the page. */
export interface Control {
  id: string;
  "aria-describedby": string;
  "aria-invalid": boolean;
  "data-testid": string;
  disabled: boolean;
}

interface FrameProps<V extends object, K extends keyof V> extends FieldProps<V, K> {
  /** The value in words, where two versions are compared. */
  show?: (value: V[K]) => string;
  /** Beside the hint, such as how much room is left. */
  note?: ComponentChildren;
  control: (props: Control) => ComponentChildren;
}

/** The frame of every field: a label, the control, a hint, and what is wrong. For a control that is not among those below. */
export function Field<V extends object, K extends keyof V>(props: FrameProps<V, K>) {
  const { form, name, label, hint, note, control, disabled = false } = props;
  const id = useId();
  const show = props.show as ((value: unknown) => string) | undefined;
  form.descriptions.set(name, { label, show: show ?? ((value) => (value == null ? "" : String(value))) });
  const wrong = form.errors.value[name];
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {label}
      </label>
      {control({
        id,
        "aria-describedby": `${id}-hint ${id}-wrong`,
        "aria-invalid": wrong !== undefined,
        "data-testid": `field-${String(name)}`,
        disabled: disabled || form.saving.value,
      })}
      <p class="hint field-hint" id={`${id}-hint`}>
        {hint}
        {note}
      </p>
      <p class="field-wrong" id={`${id}-wrong`} data-testid={`wrong-${String(name)}`}>
        {wrong}
      </p>
    </div>
  );
}

interface TextProps<V extends object, K extends keyof V> extends FieldProps<V, K> {
  /** The most characters that the server takes. */
  most?: number;
  type?: "text" | "email" | "url" | "password";
  autocomplete?: string;
  placeholder?: string;
  /** Several lines. */
  lines?: number;
}

/** A text of one line, or of several. */
export function TextField<V extends object, K extends keyof V>(props: TextProps<V, K>) {
  const { form, name, most, type = "text", autocomplete = "off", placeholder, lines } = props;
  const text = String(form.values[name] ?? "");
  const set = (next: string): void => form.set(name, next as V[K]);
  return (
    <Field
      {...props}
      note={most && <RoomLeft text={text} most={most} />}
      control={(control) =>
        lines ? (
          <textarea
            {...control}
            class="input"
            rows={lines}
            value={text}
            placeholder={placeholder}
            onInput={(event) => set(event.currentTarget.value)}
          />
        ) : (
          <input
            {...control}
            class="input"
            type={type as "text"}
            value={text}
            autocomplete={autocomplete}
            placeholder={placeholder}
            onInput={(event) => set(event.currentTarget.value)}
          />
        )
      }
    />
  );
}

/** A number or an amount as it is typed: read it with `asWhole` or `asMinor` when it is saved. */
export function NumberField<V extends object, K extends keyof V>(props: FieldProps<V, K> & { unit?: string }) {
  const { form, name, unit } = props;
  return (
    <Field
      {...props}
      control={(control) => (
        <span class="with-unit">
          <input
            {...control}
            class="input"
            type="text"
            inputMode="decimal"
            autocomplete="off"
            value={String(form.values[name] ?? "")}
            onInput={(event) => form.set(name, event.currentTarget.value as V[K])}
          />
          {unit && <span class="unit">{unit}</span>}
        </span>
      )}
    />
  );
}

export interface Option {
  value: string;
  label: string;
}

/** One of several. */
export function SelectField<V extends object, K extends keyof V>(props: FieldProps<V, K> & { options: readonly Option[] }) {
  const { form, name, options } = props;
  return (
    <Field
      {...props}
      show={(value) => options.find((each) => each.value === value)?.label ?? String(value)}
      control={(control) => (
        <select
          {...control}
          class="input"
          value={String(form.values[name] ?? "")}
          onChange={(event) => form.set(name, event.currentTarget.value as V[K])}
        >
          {options.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      )}
    />
  );
}

/** Yes or no. */
export function CheckField<V extends object, K extends keyof V>({ form, name, label, hint, disabled }: FieldProps<V, K>) {
  const id = useId();
  form.descriptions.set(name, { label, show: (value) => t(value ? "yes" : "no") });
  return (
    <div class="field">
      <label class="checkbox">
        <input
          type="checkbox"
          checked={Boolean(form.values[name])}
          aria-describedby={hint && `${id}-hint`}
          disabled={disabled || form.saving.value}
          data-testid={`field-${String(name)}`}
          onChange={(event) => form.set(name, event.currentTarget.checked as V[K])}
        />
        <span>{label}</span>
      </label>
      {hint && (
        <p class="hint field-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}

/** A moment, written and read in the channel's time zone: the value is `2026-11-26T20:00`, empty for none. See `time.ts`. */
export function MomentField<V extends object, K extends keyof V>(props: FieldProps<V, K> & { zone: string }) {
  const { form, name, zone, hint } = props;
  return (
    <Field
      {...props}
      hint={hint ?? t("field.zone", { zone })}
      show={(value) => String(value ?? "").replace("T", " ")}
      control={(control) => (
        <input
          {...control}
          class="input"
          type="datetime-local"
          value={String(form.values[name] ?? "")}
          onInput={(event) => form.set(name, event.currentTarget.value as V[K])}
        />
      )}
    />
  );
}
