// What sold out last, or came back: one line beside the panel's name.
import { signal } from "@preact/signals";
import type { JournalPush } from "../sdk/wire";
import { timeOfDay } from "../shared/format";
import { soldAs } from "../shared/sold_as";
import { snapshot } from "./desk";
import { t } from "./text";

type News = Extract<JournalPush, { type: "product.sold_out" | "product.back_in_stock" }>;

const news = signal<News | null>(null);

/** Takes note of a push of the show that is open; null forgets what was there. */
export function hearStock(push: JournalPush | null): void {
  if (push === null) news.value = null;
  else if (push.type === "product.sold_out" || push.type === "product.back_in_stock") news.value = push;
}

export function StockNews() {
  const last = news.value;
  const sold = soldAs(snapshot.value?.products ?? [], last?.product);
  const words = last && sold ? wordsOf(last, sold.title) : "";
  return (
    <p class="hint stock-news" role="status" title={words} data-testid="stock-news">
      {words}
    </p>
  );
}

function wordsOf(last: News, what: string): string {
  const at = timeOfDay(last.at);
  return last.type === "product.sold_out" ? t("stock.news.out", { at, what }) : t("stock.news.back", { at, what, n: last.stock });
}
