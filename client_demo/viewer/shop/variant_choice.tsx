import type { Product, Variant } from "../../sdk";
import { t } from "../late_text";
import { chooseVariant } from "./purchase";

/** The variant with another value of one option: with the same other values where there is one, else the first that has the value. */
export function withValue(product: Product, chosen: Variant, name: string, value: string): Variant | undefined {
  const variants = product.variants ?? [];
  const wanted = { ...chosen.options, [name]: value };
  const same = variants.find((each) => (product.options ?? []).every((each_) => each.options[each_] === wanted[each_]));
  return same ?? variants.find((each) => each.options[name] === value);
}

/** The options of a product as labelled choices. What is sold out is shown, said, and can be looked at. */
export function VariantChoice({ product, chosen }: { product: Product; chosen: Variant }) {
  return (
    <div class="variant-choice">
      {(product.options ?? []).map((name) => {
        const values = [...new Set((product.variants ?? []).map((each) => each.options[name] ?? ""))];
        return (
          <fieldset key={name} class="variant-option" data-testid="variant-option" data-option={name}>
            <legend class="field-label">{name}</legend>
            {values.map((value) => {
              const found = withValue(product, chosen, name, value);
              const soldOut = !found || found.stock === 0;
              return (
                <label key={value} class={soldOut ? "variant-value variant-sold-out" : "variant-value"}>
                  <input
                    type="radio"
                    class="visually-hidden"
                    name={`variant-${name}`}
                    checked={chosen.options[name] === value}
                    data-testid="variant-value"
                    data-value={value}
                    onChange={() => found && chooseVariant(product, found)}
                  />
                  <span class="variant-text">{value}</span>
                  {soldOut && <span class="variant-note">{t("stock.sold_out")}</span>}
                </label>
              );
            })}
          </fieldset>
        );
      })}
    </div>
  );
}
