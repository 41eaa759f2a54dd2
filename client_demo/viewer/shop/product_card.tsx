import { useRef } from "preact/hooks";
import type { Product } from "../../sdk";
import { Button } from "../../shared/ui/button";
import { Picture } from "../../shared/ui/picture";
import { unitsLeft } from "../../shared/variants";
import { LateLines, withParts } from "../late";
import { isOpen, isOver } from "../session";
import { t } from "../text";
import { asOffered } from "./offered";
import { Price } from "./price";
import { ratings } from "./ratings";
import { useSeen } from "./seen";
import { Stock } from "./stock";

export function ProductPicture({ product, size }: { product: Product; size: number }) {
  return <Picture class="product-picture" src={product.image} alt={product.image_alt} size={size} />;
}

function whyNotNow(product: Product): string | null {
  if (unitsLeft(product) === 0) return t("stock.sold_out");
  if (isOpen.value) return null;
  return isOver.value ? t("product.over") : t("product.wait");
}

function Stars({ product }: { product: string }) {
  const { mean, n } = ratings.value[product] ?? {};
  return mean ? <span data-testid="rating">{`★ ${mean.toFixed(1)} (${n})`}</span> : null;
}

/** A product with price, true stock and Buy. `small` is the one over the video. */
export function ProductCard({ product: listed, pinned, small = false }: { product: Product; pinned: boolean; small?: boolean }) {
  const product = asOffered(listed);
  const card = useRef<HTMLElement>(null);
  useSeen(card, product.id);
  const refused = whyNotNow(product);
  return (
    <article
      ref={card}
      class={`product ${small ? "product-small" : ""} ${pinned ? "product-pinned" : ""}`}
      part={small ? "product pinned-product" : "product"}
      data-testid={small ? "pinned-product" : "product"}
      data-product={product.id}
    >
      <button
        type="button"
        class="product-open"
        aria-label={t("product.look", { title: product.title })}
        onClick={() => withParts((parts) => parts.openPurchase(product.id))}
      >
        <ProductPicture product={product} size={small ? 56 : 88} />
      </button>
      <div class="product-text">
        {pinned && !small && <span class="badge badge-accent">{t("product.pinned")}</span>}
        <h2 class="product-title">{product.title}</h2>
        {!small && <p class="product-description">{product.description}</p>}
        <p class="product-facts">
          <Price product={product} />
          <Stock product={product} />
          <Stars product={product.id} />
        </p>
        <LateLines product={listed} />
      </div>
      <Button
        look="primary"
        class="product-buy"
        data-testid="buy"
        aria-label={`${t("product.buy_of", { title: product.title })}${refused ? ` – ${refused}` : ""}`}
        part="buy"
        disabled={refused !== null}
        onClick={() => withParts((parts) => parts.buy(product.id))}
      >
        {t("product.buy")}
      </Button>
    </article>
  );
}
