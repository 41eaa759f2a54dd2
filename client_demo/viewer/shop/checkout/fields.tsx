import type { ComponentChildren } from "preact";
import { language } from "../../../shared/i18n";
import { isEnter } from "../../../shared/input_method";
import { countries } from "./countries";
import { details, type TextField, write, wrong } from "./details";
import { idOf } from "./lacking";
import { t } from "./text";

/** What was wrong with a field, below it; it is read out with the field. */
function Wrong({ field }: { field: TextField | "terms" }) {
  const text = wrong.value.get(field);
  if (!text) return null;
  return (
    <p class="field-wrong" id={`${idOf(field)}-wrong`} data-testid={`wrong-${field}`}>
      {text}
    </p>
  );
}

const described = (field: TextField | "terms") =>
  wrong.value.has(field) ? { "aria-invalid": true, "aria-describedby": `${idOf(field)}-wrong` } : {};

interface Framed {
  field: TextField;
  optional?: boolean;
  children: ComponentChildren;
}

function Frame({ field, optional, children }: Framed) {
  return (
    <div class="field">
      <label class="field-label" for={idOf(field)}>
        {t(`checkout.${field}` as "checkout.name")}
        {optional && <span class="hint"> {t("checkout.optional")}</span>}
      </label>
      {children}
      <Wrong field={field} />
    </div>
  );
}

interface TextProps {
  field: TextField;
  autoComplete: string;
  type?: "text" | "email" | "tel";
  inputMode?: "text" | "email" | "tel" | "numeric";
  maxLength?: number;
  optional?: boolean;
  /** What is written may change the price. */
  onChange?: () => void;
  onEnter?: () => void;
}

export function TextInput({
  field,
  optional = false,
  onChange,
  onEnter,
  maxLength = 200,
  type = "text",
  inputMode = "text",
  autoComplete,
}: TextProps) {
  return (
    <Frame field={field} optional={optional}>
      <input
        id={idOf(field)}
        class="input"
        name={field}
        value={details.value[field]}
        aria-required={!optional}
        data-testid={`checkout-${field}`}
        maxLength={maxLength}
        onInput={(event) => write({ [field]: event.currentTarget.value })}
        {...(onChange && { onChange })}
        onKeyDown={(event) => {
          if (onEnter && isEnter(event)) onEnter();
        }}
        type={type as "text"}
        inputMode={inputMode}
        // Preact has a type for each kind of input, and knows fewer words of autofill than there are.
        autoComplete={autoComplete as "name"}
        {...described(field)}
      />
    </Frame>
  );
}

function CountryInput({ onChange }: { onChange: () => void }) {
  return (
    <Frame field="country">
      <select
        id={idOf("country")}
        class="input"
        name="country"
        autoComplete={"shipping country" as "country"}
        value={details.value.country}
        data-testid="checkout-country"
        onChange={(event) => {
          write({ country: event.currentTarget.value });
          onChange();
        }}
        {...described("country")}
      >
        {countries().map(({ code, name }) => (
          <option key={code} value={code}>
            {name}
          </option>
        ))}
      </select>
    </Frame>
  );
}

/** Where it goes, in the order in which people of the page's language write an address. */
export function Address({ onChange }: { onChange: () => void }) {
  const japanese = details.value.country === "JP";
  const parts = {
    postal: (
      <TextInput
        field="postal_code"
        autoComplete="shipping postal-code"
        inputMode={japanese ? "numeric" : "text"}
        onChange={onChange}
      />
    ),
    region: <TextInput field="region" autoComplete="shipping address-level1" optional={!japanese} onChange={onChange} />,
    city: <TextInput field="city" autoComplete="shipping address-level2" />,
    line1: <TextInput field="line1" autoComplete="shipping address-line1" />,
    line2: <TextInput field="line2" autoComplete="shipping address-line2" optional />,
  };
  return (
    <>
      <CountryInput onChange={onChange} />
      {language.value === "ja" ? (
        <>
          {parts.postal}
          {parts.region}
          {parts.city}
          {parts.line1}
          {parts.line2}
        </>
      ) : (
        <>
          {parts.line1}
          {parts.line2}
          {parts.city}
          {parts.region}
          {parts.postal}
        </>
      )}
    </>
  );
}

/** Yes or no, with what was wrong below. */
export function Check({ field, children }: { field: "terms" | "keep"; children: ComponentChildren }) {
  return (
    <div>
      <label class="checkbox">
        <input
          id={idOf(field as "terms")}
          type="checkbox"
          checked={details.value[field]}
          data-testid={`checkout-${field}`}
          onChange={(event) => write({ [field]: event.currentTarget.checked })}
          {...(field === "terms" && described("terms"))}
        />
        <span>{children}</span>
      </label>
      {field === "terms" && <Wrong field="terms" />}
    </div>
  );
}

interface Choice {
  value: string;
  label: string;
  hint?: string;
}

/** One of several, as large targets. */
export function Choices({
  name,
  label,
  chosen,
  choices,
  onChoose,
}: {
  name: "shipping" | "method";
  label: string;
  chosen: string;
  choices: readonly Choice[];
  onChoose: (value: string) => void;
}) {
  return (
    <fieldset class="choices" data-testid={`checkout-${name}s`}>
      <legend class="field-label">{label}</legend>
      {choices.map(({ value, label: text, hint }, nth) => (
        <label key={value} class="choice">
          <input
            type="radio"
            name={`checkout-${name}`}
            {...(name === "shipping" && nth === 0 && { id: idOf("shipping") })}
            value={value}
            checked={chosen === value}
            data-testid={`checkout-${name}`}
            data-value={value}
            onChange={() => onChoose(value)}
            {...(name === "shipping" && described("shipping"))}
          />
          <span class="choice-text">{text}</span>
          {hint && <span class="hint">{hint}</span>}
        </label>
      ))}
      {name === "shipping" && <Wrong field="shipping" />}
    </fieldset>
  );
}
