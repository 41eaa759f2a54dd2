// How many people have just bought a product: told rarely, and true only for a while.
import { signal } from "@preact/signals";
import type { Product } from "../../sdk";
import { t } from "../late_text";
import { serverNow } from "../../shared/server_clock";
import { onPush } from "../session";

const SHOWN_MS = 30_000;

/** By product, with when it was counted. */
const counts = signal<Readonly<Record<string, { buyers: number; at: number }>>>({});

/** To be called once. */
export function followCounts(): void {
  onPush((push) => {
    if (push.type !== "order.counted") return;
    const at = Date.parse(push.at);
    // What comes again after a reconnect was counted before.
    const leftMs = SHOWN_MS - Math.max(0, serverNow() - at);
    if (leftMs <= 0) return;
    counts.value = { ...counts.peek(), [push.product]: { buyers: push.buyers, at } };
    setTimeout(() => {
      if (counts.peek()[push.product]?.at !== at) return;
      counts.value = Object.fromEntries(Object.entries(counts.peek()).filter(([id]) => id !== push.product));
    }, leftMs);
  });
}

/** Not read out: it changes by itself, and says nothing that one has to act on. */
export function CountedLine({ product }: { product: Product }) {
  const counted = counts.value[product.id];
  if (!counted) return null;
  return (
    <p class="hint" data-testid="counted" data-buyers={counted.buyers}>
      {t("product.counted", { n: counted.buyers })}
    </p>
  );
}
