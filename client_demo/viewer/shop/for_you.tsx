import { computed, effect, signal } from "@preact/signals";
import { language } from "../../shared/i18n";
import { place } from "../../shared/place";
import { readPreference } from "../../shared/preference";
import { request } from "../../shared/server";
import { unitsLeft } from "../../shared/variants";
import { claimsOf } from "../claims";
import { withParts } from "../late";
import { t } from "../late_text";
import { identity, link, products, show } from "../session";
import { ProductPicture } from "./product_card";

interface Item {
  product: string;
  why: "asked" | "clicked" | "goes_with" | "bought";
  at: string;
  about: string | null;
}

/** The fetch is spread over so long, so that a show's beginning is not a storm of them. */
const SPREAD_MS = 5_000;
/** Said by the settings when the person switches this off or on. */
export const SWITCHED = "showfloor:for-you";

const wanted = signal(readPreference("for_you") !== "off");
const items = signal<readonly Item[]>([]);
const token = computed(() => identity.value?.token ?? null);
const joined = computed(() => link.value.is === "joined");

/** Whether a token says that its bearer may not be recognised: then there is nothing to ask. A token that is not ours says nothing. */
function isUnknown(text: string): boolean {
  const { guest, rem } = claimsOf(text);
  return guest === true && rem !== true;
}

/** Asks some time after each join with another token; what was known is gone at once with the old one. To be called once. */
export function followForYou(): void {
  const heard = (): void => {
    wanted.value = readPreference("for_you") !== "off";
  };
  addEventListener(SWITCHED, heard);
  place.over.addEventListener("abort", () => removeEventListener(SWITCHED, heard));
  effect(() => {
    const mine = token.value;
    items.value = [];
    if (!mine || !joined.value || !wanted.value || isUnknown(mine)) return;
    const timer = setTimeout(() => void load(mine), Math.random() * SPREAD_MS);
    return () => clearTimeout(timer);
  });
}

async function load(mine: string): Promise<void> {
  const id = show.peek()?.id;
  if (!id) return;
  const path = `/shows/${encodeURIComponent(id)}/for-you`;
  const found = await request<{ products: Item[] }>(path, { token: mine }).catch(() => null);
  if (found && token.peek() === mine && wanted.peek()) items.value = found.products;
}

function day(at: string): string {
  return new Intl.DateTimeFormat(language.value, { day: "numeric", month: "short" }).format(new Date(at));
}

/** What may fit the viewer, above all products, each with its reason; nothing that is sold out by now. */
export function ForYou() {
  const here = items.value.flatMap((item) => {
    const product = products.value.find((each) => each.id === item.product);
    return product && unitsLeft(product) !== 0 ? [{ item, product }] : [];
  });
  if (here.length === 0) return null;
  return (
    <section class="for-you" aria-label={t("for_you.title")} data-testid="for-you">
      <h2 class="for-you-title">{t("for_you.title")}</h2>
      <ul class="for-you-row">
        {here.map(({ item, product }) => (
          <li key={product.id}>
            <button
              type="button"
              class="for-you-item"
              data-testid="for-you-item"
              data-product={product.id}
              data-why={item.why}
              onClick={() => withParts((parts) => parts.openPurchase(product.id))}
            >
              <ProductPicture product={product} size={56} />
              <span class="for-you-text">
                <strong class="product-title">{product.title}</strong>
                <span class="hint">{t(`for_you.${item.why}`, { day: day(item.at), about: item.about ?? "" })}</span>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
