import "./line.css";
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Product } from "../../sdk";
import { showToast } from "../../shared/ui/toast";
import { t } from "./text";

/** The product whose posts are open. */
export const opened = signal<Product | null>(null);
const sheet = signal<typeof import("./sheet") | null>(null);

/** On a product: the way to what viewers show of it. */
export function PostsLine({ product }: { product: Product }) {
  return (
    <button
      type="button"
      class="link-button ask-about-link posts-link"
      aria-label={t("open.of", { title: product.title })}
      data-testid="posts-open"
      onClick={() => {
        opened.value = product;
      }}
    >
      {t("open")}
    </button>
  );
}

/** What rises then; it is loaded then. */
export function PostsSheet() {
  const product = opened.value;
  useEffect(() => {
    if (!product || sheet.peek()) return;
    import("./sheet").then(
      (loaded) => {
        sheet.value = loaded;
      },
      () => {
        opened.value = null;
        showToast(t("offline"));
      },
    );
  }, [product]);
  const loaded = sheet.value;
  return product && loaded ? <loaded.Posts key={product.id} product={product} /> : null;
}
