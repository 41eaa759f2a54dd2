import type { ComponentChildren } from "preact";
import { here, stay } from "../address";
import { dayAsked } from "./query";
import { t } from "./text";

/** What a page can be asked; it stands in the address. */
export function Filters({ children }: { children: ComponentChildren }) {
  return (
    <search class="people-filters" data-testid="filters">
      {children}
    </search>
  );
}

interface ChoiceProps<T extends string> {
  /** Of the address, and of the test id. */
  name: string;
  label: string;
  value: T;
  options: readonly (readonly [T, string])[];
}

/** One of a few, all of them in sight. */
export function Choice<T extends string>({ name, label, value, options }: ChoiceProps<T>) {
  return (
    <fieldset class="people-choice">
      <legend class="field-label">{label}</legend>
      <div class="segmented">
        {options.map(([each, text]) => (
          <button
            type="button"
            key={each}
            aria-pressed={each === value}
            data-testid={`${name}-${each}`}
            onClick={() => stay({ [name]: each === options[0]?.[0] ? null : each })}
          >
            {text}
          </button>
        ))}
      </div>
    </fieldset>
  );
}

/** A day of the channel's zone; empty for the usual. */
export function DayChoice({ name, label }: { name: string; label: string }) {
  return (
    <label class="field people-day">
      <span class="field-label">{label}</span>
      <input
        class="input"
        type="date"
        min="2000-01-01"
        max="2099-12-31"
        data-testid={name}
        value={dayAsked(name)}
        onChange={(event) => stay({ [name]: event.currentTarget.value || null })}
      />
    </label>
  );
}

interface NumberProps {
  name: string;
  label: string;
  least: number;
  most: number;
  placeholder: string;
}

/** A whole number; empty for the usual, which stands there faintly. */
export function NumberChoice({ name, label, least, most, placeholder }: NumberProps) {
  return (
    <label class="field people-number">
      <span class="field-label">{label}</span>
      <input
        class="input"
        type="number"
        inputMode="numeric"
        min={least}
        max={most}
        placeholder={placeholder}
        data-testid={name}
        value={here.value.query.get(name) ?? ""}
        onChange={(event) => stay({ [name]: event.currentTarget.value || null })}
      />
    </label>
  );
}

export function Period() {
  return (
    <>
      <DayChoice name="from" label={t("from")} />
      <DayChoice name="to" label={t("to")} />
    </>
  );
}
