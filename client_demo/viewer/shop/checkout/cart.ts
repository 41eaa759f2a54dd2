// What the person has gathered and not set aside yet: in this tab's storage, since nothing of it is anybody's until it is held.
import { computed } from "@preact/signals";
import { draftOf, keepDraft } from "../../../shared/drafts";
import { soldAs } from "../../../shared/sold_as";
import { products, show } from "../../session";
import { asOffered } from "../offered";
import { onEnding, ownOf } from "./own";
import { lineOf, place, sheet } from "./placing";

interface InCart {
  product: string;
  quantity: number;
}

export const LINES_MAX = 20;
const placeOf = (): string => `cart.${show.value?.id}`;

export const cart = computed<readonly InCart[]>(() => {
  try {
    return JSON.parse(draftOf(placeOf()) || "[]") as InCart[];
  } catch {
    return [];
  }
});

/** The lines of which something is on sale, at what they cost now. */
export const cartLines = computed(() =>
  cart.value.flatMap(({ product, quantity }) => {
    const sold = soldAs(products.value, product);
    return sold ? [{ sold: asOffered(sold), quantity }] : [];
  }),
);

export const cartUnits = computed(() => cartLines.value.reduce((units, { quantity }) => units + quantity, 0));
export const cartAmount = computed(() => cartLines.value.reduce((sum, { sold, quantity }) => sum + sold.price * quantity, 0));

function keep(lines: readonly InCart[]): void {
  keepDraft(placeOf(), lines.length > 0 ? JSON.stringify(lines) : "");
}

/** So many of it; none: it is out of the cart. */
export function setInCart(product: string, quantity: number): void {
  const others = cart.peek().filter((each) => each.product !== product);
  const at = cart.peek().findIndex((each) => each.product === product);
  const next = quantity > 0 ? [{ product, quantity }] : [];
  keep(at < 0 ? [...others, ...next] : [...others.slice(0, at), ...next, ...others.slice(at)]);
}

export function addToCart(product: string, quantity: number): void {
  const before = cart.peek().find((each) => each.product === product)?.quantity ?? 0;
  setInCart(product, before + quantity);
}

export function openCart(): void {
  sheet.value = { is: "cart", problem: null };
}

/** Sets all of it aside, or nothing; what stands in the way is said at its line. */
export async function holdCart(): Promise<void> {
  const lines = cartLines.peek().map(({ sold, quantity }) => lineOf(sold.id, quantity));
  if (lines.length === 0) return;
  await place(lines);
  const now = sheet.peek();
  if (now?.is === "refused") sheet.value = { is: "cart", problem: now.problem };
}

/** What was bought is not in the cart any more. */
export function followCart(): void {
  onEnding(({ hold, standing }) => {
    if (standing.is !== "ordered") return;
    const bought = new Set(ownOf(hold.hold)?.hold.lines.map((each) => each.product));
    keep(cart.peek().filter((each) => !bought.has(each.product)));
  });
}
