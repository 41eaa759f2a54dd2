// What the editor of a line-up knows of products: those that are sold, and those that a line names.
import { signal } from "@preact/signals";
import { read } from "../api";
import type { Stocked } from "./show";

export interface Sold extends Stocked {
  title: string;
  image: string;
  price: number;
}

type Page = { products: Sold[] };
const FIRST = 100;
const FOUND_MOST = 8;

/** Products by id, as far as they were read. */
export const known = signal<ReadonlyMap<string, Sold>>(new Map());
/** The ids of what is sold without a line-up; null: not read yet. */
export const catalogue = signal<readonly string[] | null>(null);

function keep(products: readonly Sold[]): void {
  known.value = new Map([...known.peek(), ...products.map((each) => [each.id, each] as const)]);
}

/** Reads the catalogue's beginning, and each product that a line names and that is not there. A product that cannot be read keeps its id. */
export async function readShelf(named: readonly string[]): Promise<void> {
  const { value } = await read<Page>(`/products?state=active&limit=${FIRST}`);
  keep(value.products);
  catalogue.value = value.products.map(({ id }) => id);
  const lacking = named.filter((id) => !known.peek().has(id));
  await Promise.all(
    lacking.map((id) =>
      read<Sold>(`/products/${encodeURIComponent(id)}`).then(
        (answer) => keep([{ ...answer.value, id }]),
        () => undefined,
      ),
    ),
  );
}

/** The first products that a search finds. */
export async function findProducts(words: string): Promise<readonly Sold[]> {
  const query = new URLSearchParams({ state: "active", limit: String(FOUND_MOST), ...(words && { q: words }) });
  const { value } = await read<Page>(`/products?${query}`);
  keep(value.products);
  return value.products;
}
