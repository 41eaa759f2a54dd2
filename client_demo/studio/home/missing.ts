// What a channel still lacks before its next show, in the order in which a merchant sees to it. Pure.

export interface Stocked {
  id: string;
  stock: number;
  variants?: readonly { stock: number; active?: boolean }[] | undefined;
}

export interface Planned {
  id: string;
  title: string;
  state: string;
  starts_at: string | null;
  video: { hls: string; mp4: string };
}

/** What is known; null: whoever looks may not know. */
export interface Facts {
  /** Those that are not archived. */
  products: readonly Stocked[] | null;
  /** The planned shows, drafts included, the next first. */
  planned: readonly Planned[] | null;
  /** How many people the channel has. */
  people: number | null;
}

export type What = "products" | "stock" | "show" | "time" | "video" | "draft" | "people";

export interface Missing {
  what: What;
  /** How many are concerned. */
  n: number;
  /** Where it is seen to, under /studio. */
  to: string;
}

/** Whether nothing of a product can be sold: it, or each of its variants, is out of stock. */
export function isSoldOut({ stock, variants }: Stocked): boolean {
  const sold = variants?.filter((each) => each.active !== false);
  return variants?.length ? !sold?.some((each) => each.stock > 0) : stock <= 0;
}

/** Of the planned shows the one that begins next; one whose time is over longer than a day does not count, one without a time comes last. */
export function nextOf<S extends Planned>(planned: readonly S[], now = Date.now()): S | null {
  const yesterday = now - 86_400_000;
  return planned.find((show) => !show.starts_at || Date.parse(show.starts_at) > yesterday) ?? null;
}

export function missing({ products, planned, people }: Facts): Missing[] {
  const found: Missing[] = [];
  const add = (what: What, to: string, n = 1): void => void found.push({ what, n, to });
  const soldOut = (products ?? []).filter(isSoldOut).length;
  const next = planned && nextOf(planned);
  if (products?.length === 0) add("products", "/studio/products/new");
  if (soldOut > 0) add("stock", "/studio/products", soldOut);
  if (planned && !next) add("show", "/studio/shows/new");
  if (next) {
    const to = `/studio/shows/${encodeURIComponent(next.id)}`;
    if (!next.starts_at) add("time", to);
    if (!next.video.hls && !next.video.mp4) add("video", to);
    if (next.state === "draft") add("draft", to);
  }
  if (people === 1) add("people", "/studio/people");
  return found;
}
