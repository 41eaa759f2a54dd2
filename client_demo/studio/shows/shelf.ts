// What the editor of a line-up knows of products: those that are sold, and those that a line names.
import { signal } from "@preact/signals";
import { read } from "../api";
import type { Stocked } from "./show";

export interface Sold extends Stocked {
  title: string;
  image: string;
  price: number;
  /** Those that are archived too. */
  variants?: readonly SoldVariant[];
}

export interface SoldVariant {
  id: string;
  title: string;
  image: string;
  price: number;
  stock: number;
  active: boolean;
}

type Page = { products: Sold[] };
const FIRST = 100;
const FOUND_MOST = 8;

/** Products and variants by id, as far as they were read. */
export const known = signal<ReadonlyMap<string, Sold>>(new Map());
/** The ids of what is sold without a line-up; null: not read yet. */
export const catalogue = signal<readonly string[] | null>(null);

function keep(products: readonly Sold[]): void {
  const sold = products.flatMap((each) => [each, ...(each.variants ?? [])]);
  known.value = new Map([...known.peek(), ...sold.map((each) => [each.id, each] as const)]);
}

/** The variants of a product that are sold. */
export function soldVariants({ variants = [] }: Sold): readonly SoldVariant[] {
  return variants.filter(({ active }) => active);
}

/** Reads the catalogue's beginning, and each product that a line names, itself or by a variant, and that is not there. A product that cannot be read keeps its id. */
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
