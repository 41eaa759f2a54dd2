import type { Product } from "../../sdk";
import { money } from "../../shared/format";
import { isFrom } from "../../shared/variants";
import { t } from "../text";

/** What a product costs, and what it cost before, which is struck through and said. */
export function Price({ product }: { product: Product }) {
  const { price, compare_at: before, currency } = product;
  const amount = money(price, currency);
  return (
    <>
      <strong class="price" data-testid="price">
        {isFrom(product) ? t("product.from", { price: amount }) : amount}
      </strong>
      {before !== undefined && (
        <span class="price-before" data-testid="price-before">
          <span class="visually-hidden">{t("product.before")}</span>
          <s>{money(before, currency)}</s>
        </span>
      )}
    </>
  );
}
