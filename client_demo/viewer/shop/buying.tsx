// The way to buying by the checkout, which is loaded only where it may be needed.
import { computed, effect, signal } from "@preact/signals";
import { showToast } from "../../shared/ui/toast";
import { withLateTexts } from "../late_texts";
import { retryMine } from "../me";
import { identity, onPrivate, products, show } from "../session";
import { t } from "../text";
import { mayHold } from "./checkout/wishes";

type Parts = typeof import("./checkout/parts");

const parts = signal<Parts | null>(null);
let loading: Promise<Parts> | null = null;

function load(): Promise<Parts> {
  loading ??= withLateTexts(import("./checkout/parts")).then((loaded) => {
    parts.value = loaded;
    return loaded;
  });
  loading.catch(() => {
    loading = null;
  });
  return loading;
}

/** Does something with the checkout, at once when it is there; without it the person is told. */
export function withCheckout(act: (loaded: Parts) => void): void {
  const there = parts.peek();
  if (there) act(there);
  else load().then(act, () => showToast(t("error.offline")));
}

const TOLD: ReadonlySet<string> = new Set(["hold.changed", "payment.changed"]);

/** Loads it as soon as a product goes by it, this device knows of a hold, or the server tells of one; to be called once. */
export function followBuying(): void {
  onPrivate(({ type }) => {
    if (type === "order.changed") void retryMine();
    // What was told before there was anybody to hear it is asked for.
    else if (TOLD.has(type) && !parts.peek())
      load().then(
        ({ loadOwn }) => loadOwn(),
        () => undefined,
      );
  });
  const needed = computed(
    () => products.value.some((each) => each.buying !== undefined) || mayHold(identity.value?.viewer, show.value?.id),
  );
  effect(() => {
    if (needed.value) load().catch(() => undefined);
  });
}

/** Units of a product that the viewer holds. */
export function unitsHeld(product: string): number {
  const placed = parts.value?.owned.value.filter(({ hold }) => hold.state === "placed") ?? [];
  const lines = placed.flatMap(({ hold }) => hold.lines).filter((each) => each.product === product);
  return lines.reduce((units, { quantity }) => units + quantity, 0);
}

export function Buying() {
  const Bar = parts.value?.Bar;
  return Bar ? <Bar /> : null;
}

export function CheckoutSheet() {
  const Sheet = parts.value?.CheckoutSheet;
  return Sheet ? <Sheet /> : null;
}

export function OwnHolds() {
  const List = parts.value?.OwnHolds;
  return List ? <List /> : null;
}
