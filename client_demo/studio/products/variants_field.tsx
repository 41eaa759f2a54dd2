import { useId } from "preact/hooks";
import type { FormState } from "../form_state";
import { wrongVariant } from "./check";
import { type ProductText, type VariantText, variantsFor } from "./product";
import { t } from "./text";
import { VariantPicture } from "./variant_picture";

interface VariantsProps {
  form: FormState<ProductText>;
  currency: string;
  /** Of the product. */
  pictures: readonly string[];
}

/** The variants that follow from the options, each with its price, SKU and whether it is sold. */
export function VariantsField({ form, currency, pictures }: VariantsProps) {
  const id = useId();
  const variants = variantsFor(form.values);
  const wrong = form.errors.value.variants;
  form.descriptions.set("variants", {
    label: t("variants"),
    show: (value) =>
      (value as readonly VariantText[])
        .map((each) => `${each.values.join(" / ")}: ${each.price}${each.active ? "" : ` (${t("not_sold")})`}`)
        .join("\n"),
  });
  const set = (at: number, part: Partial<VariantText>): void =>
    form.set(
      "variants",
      variants.map((each, i) => (i === at ? { ...each, ...part } : each)),
    );
  return (
    <>
      <p class="hint">{t.count("variants.n", variants.length)}</p>
      <ul class="variants">
        {variants.map((each, at) => (
          <li key={each.values.join("\n")} class="variant" data-testid="variant" data-values={each.values.join(" / ")}>
            <strong class="variant-name">{each.values.join(" / ")}</strong>
            <VariantPicture
              of={each}
              pictures={pictures}
              alts={form.values.alts}
              disabled={form.saving.value}
              choose={(image, imageAlt) => set(at, { image, imageAlt })}
            />
            <Cell
              label={`${t("price")} (${currency})`}
              of={each}
              value={each.price}
              testid="variant-price"
              wrong={wrong !== undefined && wrongVariant(each, currency) !== null}
              describedby={`${id}-wrong`}
              onInput={(price) => set(at, { price })}
            />
            <Cell
              label={t("compare")}
              of={each}
              value={each.compareAt}
              testid="variant-compare"
              onInput={(compareAt) => set(at, { compareAt })}
            />
            <Cell label={t("sku")} of={each} value={each.sku} testid="variant-sku" text onInput={(sku) => set(at, { sku })} />
            {each.id ? (
              <span class="variant-stock hint">{t.count("left", Number(each.stock))}</span>
            ) : (
              <Cell
                label={t("stock")}
                of={each}
                value={each.stock}
                testid="variant-stock"
                onInput={(stock) => set(at, { stock })}
              />
            )}
            <label class="checkbox variant-active">
              <input
                type="checkbox"
                checked={each.active}
                aria-label={`${each.values.join(" / ")}: ${t("on_sale")}`}
                data-testid="variant-active"
                onChange={(event) => set(at, { active: event.currentTarget.checked })}
              />
              <span>{t("on_sale")}</span>
            </label>
          </li>
        ))}
      </ul>
      <p class="field-wrong" id={`${id}-wrong`} role="alert" data-testid="wrong-variants">
        {wrong}
      </p>
    </>
  );
}

interface CellProps {
  label: string;
  of: VariantText;
  value: string;
  testid: string;
  text?: boolean;
  wrong?: boolean;
  describedby?: string;
  onInput: (next: string) => void;
}

function Cell({ label, of, value, testid, text = false, wrong = false, describedby, onInput }: CellProps) {
  return (
    <label class="variant-cell">
      <span class="hint" aria-hidden="true">
        {label}
      </span>
      <input
        class="input"
        type="text"
        inputMode={text ? "text" : "decimal"}
        autocomplete="off"
        maxLength={text ? 100 : 20}
        value={value}
        aria-label={`${of.values.join(" / ")}: ${label}`}
        aria-invalid={wrong}
        aria-describedby={describedby}
        data-testid={testid}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    </label>
  );
}
