import { signal } from "@preact/signals";
import type { Product, Variant } from "../sdk/wire";
import { count, money } from "../shared/format";
import { asSold, valuesOf } from "../shared/sold_as";
import { Button } from "../shared/ui/button";
import { Icon } from "../shared/ui/icon";
import { Picture } from "../shared/ui/picture";
import { isFrom, unitsLeft } from "../shared/variants";
import { restock, restocking, toggleProduct } from "./actions";
import { places, snapshot } from "./desk";
import { Key } from "./key_hint";
import { StockNews } from "./stock_news";
import { t } from "./text";

const STEPS = [1, 10, 100] as const;
const LOW = 5;
const stepBy = signal<number>(1);

/** The products: which is on screen, how many are left, and both in one tap. */
export function ProductPanel() {
  return (
    <section class="panel card" aria-labelledby="products-title" data-testid="products">
      <header class="panel-head">
        <div class="panel-name">
          <h2 id="products-title">
            {t("products.title")} <span class="hint">{count(places.value.length)}</span>
          </h2>
          <StockNews />
        </div>
        <fieldset class="segmented segmented-small" aria-label={t("stock.step")}>
          {STEPS.map((each) => (
            <button
              type="button"
              key={each}
              aria-pressed={stepBy.value === each}
              data-testid={`stock-step-${each}`}
              onClick={() => {
                stepBy.value = each;
              }}
            >
              {t("stock.by", { n: each })}
            </button>
          ))}
        </fieldset>
      </header>
      {places.value.length === 0 && <p class="hint">{t("products.empty")}</p>}
      <ul class="products">
        {places.value.map(({ product, gone }, i) =>
          gone ? <Gone key={product.id} product={product} /> : <Line key={product.id} product={product} n={i + 1} />,
        )}
      </ul>
    </section>
  );
}

/** A product that is not on sale any more keeps its place empty, so that the others keep theirs under the finger. */
function Gone({ product }: { product: Product }) {
  return (
    <li class="product product-gone" data-testid={`product-${product.id}`} data-gone="true">
      <span class="product-image" />
      <p class="product-words hint">{t("products.gone", { what: product.title })}</p>
    </li>
  );
}

function Line({ product, n }: { product: Product; n: number }) {
  const pinned = snapshot.value?.pinned_product === product.id;
  const { variants } = product;
  return (
    <>
      <li class={pinned ? "product product-pinned" : "product"} data-testid={`product-${product.id}`} data-pinned={pinned}>
        <Picture class="product-image" src={product.image} alt={product.image_alt} size={40} />
        <div class="product-words">
          <p class="product-title">{product.title}</p>
          <p class="product-facts">
            {n <= 9 && <Key of={`⇧${n}`} />}
            <span>{priceOf(product)}</span>
            <Stock product={product} left={unitsLeft(product) + (restocking.value.get(product.id) ?? 0)} />
          </p>
        </div>
        {!variants && <Restocking product={product} />}
        <Button
          size="small"
          class="product-pin"
          look={pinned ? "primary" : "plain"}
          aria-pressed={pinned}
          aria-label={t(pinned ? "unpin.of" : "pin.of", { what: product.title })}
          title={t(pinned ? "unpin.of" : "pin.of", { what: product.title })}
          data-testid={`pin-${product.id}`}
          onClick={() => toggleProduct(product.id)}
        >
          <Icon name="pin" />
        </Button>
      </li>
      {variants?.map((variant) => (
        <VariantLine key={variant.id} product={product} variant={variant} />
      ))}
    </>
  );
}

/** A variant under its product: it is what has stock. */
function VariantLine({ product, variant }: { product: Product; variant: Variant }) {
  const sold = asSold(product, variant);
  return (
    <li class="product product-variant" data-testid={`product-${variant.id}`}>
      <div class="product-words">
        <p class="product-facts">
          <strong>{valuesOf(product, variant)}</strong>
          {variant.price !== product.price && <span>{priceOf(sold)}</span>}
          <Stock product={sold} left={variant.stock + (restocking.value.get(variant.id) ?? 0)} />
        </p>
      </div>
      <Restocking product={sold} />
    </li>
  );
}

function priceOf(product: Product): string {
  const amount = money(product.price, product.currency);
  return isFrom(product) ? t("products.from", { price: amount }) : amount;
}

function Restocking({ product }: { product: Product }) {
  const left = product.stock + (restocking.value.get(product.id) ?? 0);
  const by = stepBy.value;
  return (
    <>
      <Button
        size="small"
        disabled={left < by}
        aria-label={t("stock.less", { n: by, what: product.title })}
        data-testid={`less-${product.id}`}
        onClick={() => restock(product, -by)}
      >
        {`−${by}`}
      </Button>
      <Button
        size="small"
        aria-label={t("stock.more", { n: by, what: product.title })}
        data-testid={`more-${product.id}`}
        onClick={() => restock(product, by)}
      >
        {`+${by}`}
      </Button>
    </>
  );
}

function Stock({ product, left: counted }: { product: Product; left: number }) {
  const left = Math.max(0, counted);
  const look = left === 0 ? "stock-out" : left <= LOW ? "stock-low" : "";
  return (
    <span
      class={`stock-left ${look}`}
      data-testid={`stock-${product.id}`}
      data-stock={left}
      data-coming={restocking.value.has(product.id)}
    >
      {left === 0 ? t("stock.out") : t.count("stock.left", left)}
    </span>
  );
}
