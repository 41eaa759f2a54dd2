import { money } from "../../shared/format";
import type { PageProps } from "../../shared/pages/routes";
import { Button } from "../../shared/ui/button";
import { pictureOf } from "../../shared/ui/picture_address";
import { make, replace, tellFailure } from "../api";
import { Link } from "../link";
import { ListPage } from "../list_page";
import { forgetLists, type ListState } from "../list_state";
import { stay } from "../router";
import { Sign } from "../sign";
import { offerUndo } from "../undo";
import { type Product, soldOf, stockOf } from "./product";
import "./products.css";
import { t } from "./text";

const PATH = "/studio/products";

/** All that the channel sells, in the order in which it is shown. */
export default function ProductsPage({ query }: PageProps) {
  const archived = query.get("state") === "archived";
  const searched = Boolean(query.get("q"));
  return (
    <ListPage<Product>
      testid="products"
      title={t("title")}
      lead={t("lead")}
      path={`/products?state=${archived ? "archived" : "active"}`}
      things="products"
      keyOf={({ id }) => id}
      search={t("search")}
      filtered={archived}
      filters={
        <Button
          aria-pressed={archived}
          data-testid="products-archived"
          onClick={() => stay(PATH, archived ? {} : { state: "archived" })}
        >
          {t("archived")}
        </Button>
      }
      actions={
        <>
          <Link to={`${PATH}/import`} class="button" data-testid="product-import">
            <Sign name="upload" />
            {t("import")}
          </Link>
          <Link to={`${PATH}/new`} class="button button-primary" data-testid="product-new">
            <Sign name="add" />
            {t("new")}
          </Link>
        </>
      }
      empty={{
        title: t("empty.title"),
        text: t("empty.text"),
        action: (
          <Link to={`${PATH}/new`} class="button button-primary">
            {t("new")}
          </Link>
        ),
      }}
      row={(product, list) => <Row product={product} list={list} movable={!archived && !searched} />}
    />
  );
}

function Row({ product, list, movable }: { product: Product; list: ListState<Product>; movable: boolean }) {
  const { id, title, image, price, currency, options, active } = product;
  const sold = soldOf(product);
  const several = sold.some((each) => each.price !== price);
  const left = stockOf(product);
  const items = list.found.value?.items ?? [];
  const at = items.findIndex((each) => each.id === id);
  return (
    <>
      <div class="pictured">
        {image ? (
          <img {...pictureOf(image, 56)} alt="" width={56} height={56} class="thumb" />
        ) : (
          <span class="thumb thumb-none">
            <Sign name="products" />
          </span>
        )}
        <div>
          <Link to={`${PATH}/${id}`} class="row-title" data-testid="product-open">
            {title}
          </Link>
          <p class="hint facts">
            <span>{several ? t("from", { price: money(price, currency) }) : money(price, currency)}</span>
            <span class={left === 0 ? "badge badge-warn" : ""}>{left === 0 ? t("sold_out") : t.count("left", left)}</span>
            {options.length > 0 && <span>{t.count("variants.n", sold.length)}</span>}
          </p>
        </div>
      </div>
      <div class="row-actions">
        {movable && (
          <>
            <Button
              size="icon"
              look="quiet"
              aria-label={t("up", { title })}
              data-testid="product-up"
              disabled={at <= 0}
              onClick={() => void swap(list, at - 1)}
            >
              <span class="sign-up">
                <Sign name="back" />
              </span>
            </Button>
            <Button
              size="icon"
              look="quiet"
              aria-label={t("down", { title })}
              data-testid="product-down"
              disabled={at < 0 || at >= items.length - 1}
              onClick={() => void swap(list, at)}
            >
              <span class="sign-down">
                <Sign name="back" />
              </span>
            </Button>
          </>
        )}
        <Button
          size="small"
          data-testid={active ? "product-archive" : "product-restore"}
          aria-label={t(active ? "archive.of" : "restore.of", { title })}
          onClick={() => void putAway(list, product)}
        >
          {t(active ? "archive" : "restore")}
        </Button>
      </div>
    </>
  );
}

/** Exchanges the places of the products at `at` and behind it. */
async function swap(list: ListState<Product>, at: number): Promise<void> {
  const [one, two] = list.found.peek()?.items.slice(at, at + 2) ?? [];
  if (!one || !two) return;
  try {
    await replace("/products/order", { products: [two.id, one.id] }, null);
    await list.again();
  } catch (error) {
    tellFailure(error);
  }
}

async function putAway(list: ListState<Product>, product: Product): Promise<void> {
  const { id, title, active } = product;
  try {
    await make(`/products/${id}/${active ? "archive" : "restore"}`, {}, null);
  } catch (error) {
    tellFailure(error);
    return;
  }
  forgetLists();
  list.put(id, null);
  offerUndo(t(active ? "archived.done" : "restored.done", { title }), async () => {
    await make(`/products/${id}/${active ? "restore" : "archive"}`, {}, null);
    await list.again();
  });
}
