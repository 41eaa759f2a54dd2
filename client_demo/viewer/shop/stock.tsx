import type { Product } from "../../sdk";
import { unitsLeft } from "../../shared/variants";
import { t } from "../text";

const FEW = 10;

/** The units left, as the server last said; few and none are said in words and colour. */
export function Stock({ product }: { product: Product }) {
  const stock = unitsLeft(product);
  const look = stock === 0 ? "badge badge-bad" : stock <= FEW ? "badge badge-warn" : "stock";
  const text = stock === 0 ? t("stock.sold_out") : stock <= FEW ? t.count("product.only", stock) : t.count("stock.left", stock);
  return (
    <span class={look} data-testid="stock" data-stock={stock}>
      {text}
    </span>
  );
}
