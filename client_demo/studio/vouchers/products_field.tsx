import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Button } from "../../shared/ui/button";
import { tellFailure } from "../api";
import { Field } from "../fields";
import type { FormState } from "../form_state";
import { findProducts, known, type Sold } from "../shows/shelf";
import "../shows/shows.css";
import { Sign } from "../sign";
import { t } from "./text";
import type { VoucherText } from "./voucher";

const TYPING_MS = 250;

/** For which products it holds: found by search; none of them: for all. */
export function ProductsField({ form }: { form: FormState<VoucherText> }) {
  const { products } = form.values;
  const words = useSignal("");
  const found = useSignal<readonly Sold[]>([]);
  useEffect(() => {
    const q = words.value.trim();
    if (!q) {
      found.value = [];
      return;
    }
    const timer = setTimeout(() => void findProducts(q).then((all) => (found.value = all), tellFailure), TYPING_MS);
    return () => clearTimeout(timer);
  }, [words.value]);
  const free = found.value.filter(({ id }) => !products.includes(id));
  const titleOf = (id: string): string => known.value.get(id)?.title ?? id;
  return (
    <>
      <Field
        form={form}
        name="products"
        label={t("products")}
        hint={t(products.length === 0 ? "products.all" : "products.some")}
        show={(value) => value.map(titleOf).join(", ")}
        control={(control) => (
          <input
            {...control}
            class="input"
            type="search"
            autocomplete="off"
            placeholder={t("products.search")}
            value={words.value}
            onInput={(event) => (words.value = event.currentTarget.value)}
            // Without a form of its own: Enter here saves nothing.
            form=""
          />
        )}
      />
      {free.length > 0 && (
        <ul class="line-found" data-testid="voucher-found">
          {free.map(({ id, title }) => (
            <li key={id}>
              <Button
                data-testid="voucher-add-product"
                onClick={() => {
                  form.set("products", [...products, id]);
                  words.value = "";
                }}
              >
                <Sign name="add" />
                {title}
              </Button>
            </li>
          ))}
        </ul>
      )}
      {products.length > 0 && (
        <ul class="voucher-products" data-testid="voucher-products">
          {products.map((id) => (
            <li key={id}>
              <span>{titleOf(id)}</span>
              <Button
                size="small"
                look="quiet"
                aria-label={t("products.leave_out.of", { title: titleOf(id) })}
                data-testid="voucher-leave-out"
                onClick={() =>
                  form.set(
                    "products",
                    products.filter((each) => each !== id),
                  )
                }
              >
                {t("products.leave_out")}
              </Button>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
