import { useSignal } from "@preact/signals";
import { Button } from "../../shared/ui/button";
import { make, tellFailure } from "../api";
import { Section } from "../page";
import { type Product, soldOf, type Variant } from "./product";
import { StockDialog } from "./stock_dialog";
import { StockHistory } from "./stock_history";
import { t } from "./text";

interface StockProps {
  product: Product;
  /** Reads the product anew. */
  changed: () => void;
}

/** What is left of a product or of each of its variants: by one more or fewer, set to a number, and everything that changed it. */
export function StockPanel({ product, changed }: StockProps) {
  return (
    <Section title={t("stock")} hint={t("stock.hint")} testid="stock">
      <ul class="stock-rows">
        {soldOf(product).map((item) => (
          <StockRow key={item.id} item={item} name={nameOf(product, item)} changed={changed} />
        ))}
      </ul>
    </Section>
  );
}

function nameOf(product: Product, item: Product | Variant): string {
  return item.id === product.id ? product.title : product.options.map((name) => (item as Variant).options[name]).join(" / ");
}

function StockRow({ item, name, changed }: { item: Product | Variant; name: string; changed: () => void }) {
  const setting = useSignal(false);
  const history = useSignal(false);
  const busy = useSignal(false);
  const add = async (by: number): Promise<void> => {
    busy.value = true;
    try {
      await make(`/products/${item.id}/stock`, { add: by }, null);
    } catch (error) {
      tellFailure(error);
    }
    busy.value = false;
    changed();
  };
  return (
    <li class="stock-row" data-testid="stock-row" data-item={item.id}>
      <span class="stock-name">{name}</span>
      <span class="stock-change">
        <Button
          size="icon"
          data-testid="stock-fewer"
          aria-label={t("stock.fewer", { name })}
          disabled={busy.value || item.stock === 0}
          onClick={() => void add(-1)}
        >
          {"−"}
        </Button>
        <output class="stock-left" aria-label={t("stock.of", { name })} data-testid="stock-left">
          {item.stock}
        </output>
        <Button
          size="icon"
          data-testid="stock-more"
          aria-label={t("stock.more", { name })}
          disabled={busy.value}
          onClick={() => void add(1)}
        >
          {"+"}
        </Button>
      </span>
      <span class="stock-actions">
        <Button
          size="small"
          data-testid="stock-set"
          aria-label={t("stock.set.of", { name })}
          onClick={() => {
            setting.value = true;
          }}
        >
          {t("stock.set")}
        </Button>
        <Button
          size="small"
          look="quiet"
          data-testid="stock-history"
          aria-expanded={history.value}
          aria-label={t("history.of", { name })}
          onClick={() => {
            history.value = !history.value;
          }}
        >
          {t("history")}
        </Button>
      </span>
      {history.value && <StockHistory id={item.id} stock={item.stock} />}
      {setting.value && (
        <StockDialog
          id={item.id}
          name={name}
          stock={item.stock}
          close={() => {
            setting.value = false;
            changed();
          }}
        />
      )}
    </li>
  );
}
