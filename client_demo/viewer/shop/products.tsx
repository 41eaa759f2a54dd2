import { Late } from "../late";
import { isOpen, isOver, pinnedProduct, products } from "../session";
import { t } from "../text";
import { ProductCard } from "./product_card";

export function Products() {
  const all = products.value;
  const pinned = pinnedProduct.value;
  return (
    <div class="pane">
      <div class="pane-scroll" data-testid="products">
        {all.length === 0 && (
          <div class="empty">
            <h2>{t("products.empty.title")}</h2>
            <p>{t(isOver.value ? "products.empty.ended" : "products.empty.text")}</p>
          </div>
        )}
        {all.length > 0 && !isOpen.value && (
          <p class="hint products-note">{isOver.value ? t("product.over") : t("product.wait")}</p>
        )}
        <Late part="ForYou" />
        <ul class="product-list">
          {all.map((each) => (
            <li key={each.id}>
              <ProductCard product={each} pinned={each.id === pinned?.id} />
            </li>
          ))}
        </ul>
        <Late part="Counters" />
      </div>
    </div>
  );
}
