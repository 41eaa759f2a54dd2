import { signal } from "@preact/signals";
import type { Product } from "../../sdk";
import type { ShownProduct } from "../../sdk/wire";
import { money } from "../../shared/format";
import { createTranslator } from "../../shared/i18n";
import type en from "../../shared/locales/viewer_replay.en.json";
import { replayed } from "../session";

const t = createTranslator<typeof en>("viewer_replay");

/** By product what is known of it at the place that is watched. */
export const shownThen = signal<Readonly<Record<string, ShownProduct>>>({});

/** What the product cost at the place that is watched, beside what it costs now; it is bought as it is now. */
export function ThenLine({ product }: { product: Product }) {
  const then = shownThen.value[product.id];
  if (!replayed.value || !then) return null;
  const price = money(then.price, then.currency);
  const same = then.price === product.price && then.currency === product.currency;
  return (
    <p class="hint" data-testid="price-then">
      {t(same ? "then.same" : "then.price", { price })}
    </p>
  );
}
