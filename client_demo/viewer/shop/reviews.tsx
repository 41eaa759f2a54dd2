import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Product, RefusedError } from "../../sdk";
import { refusedBy } from "../../sdk/http";
import { dateTime } from "../../shared/format";
import { place } from "../../shared/place";
import { request } from "../../shared/server";
import { Button } from "../../shared/ui/button";
import { RoomLeft } from "../../shared/ui/room_left";
import { showToast } from "../../shared/ui/toast";
import { lengthOf } from "../../shared/writing";
import { t } from "../late_text";
import { identity, show } from "../session";
import { refusalText } from "../text";
import { tokenStore } from "../token_store";
import { type Rating, ratings } from "./ratings";

interface Review {
  id: string;
  stars: number;
  text: string;
  author: string | null;
  bought: boolean;
  at: string;
  state?: "pending" | "approved" | "refused";
}
interface Reviews {
  rating: Rating;
  reviews: Review[];
  own: Review | null;
}

const TEXT_MAX = 1000;
const pathOf = (product: string): string => `/shows/${encodeURIComponent(show.peek()?.id ?? "")}/reviews/${product}`;

/** Asks for the ratings of the show's products; the cards have them when they come. */
export async function loadRatings(): Promise<void> {
  const now = show.peek()?.id;
  if (!now) return;
  try {
    const token = identity.peek()?.token;
    ratings.value = (
      await request<{ ratings: Record<string, Rating> }>(`/shows/${encodeURIComponent(now)}/reviews`, { token })
    ).ratings;
  } catch {
    // Cards without stars are as good.
  }
}

async function put(product: string, method: "PUT" | "DELETE", body?: object): Promise<void> {
  const headers = { Authorization: `Bearer ${identity.peek()?.token ?? ""}`, "Content-Type": "application/json" };
  const answer = await fetch(`${place.server}/v1${pathOf(product)}`, {
    method,
    headers,
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw refusedBy(answer.status, await answer.json().catch(() => null));
}

/** What others say of a product, and one's own word on it. */
export function ProductReviews({ product }: { product: Product }) {
  const found = useSignal<Reviews | null>(null);
  const stars = useSignal(0);
  const text = useSignal("");
  async function load(): Promise<void> {
    try {
      found.value = await request<Reviews>(pathOf(product.id), { token: identity.peek()?.token });
      stars.value = found.value.own?.stars ?? 0;
      text.value = found.value.own?.text ?? "";
    } catch {
      found.value = null;
    }
  }
  useEffect(() => void load(), [product.id]);
  async function send(method: "PUT" | "DELETE"): Promise<void> {
    try {
      const said = { stars: stars.value, text: text.value, author: tokenStore.name || null };
      await put(product.id, method, method === "PUT" ? said : undefined);
      showToast(t(method === "PUT" ? "review.sent" : "review.gone"));
      await load();
    } catch (error) {
      showToast(refusalText(error as RefusedError));
    }
  }
  const now = found.value;
  if (!now) return null;
  return (
    <details class="reviews" data-testid="reviews">
      <summary>{t.count("review.title", now.rating.n)}</summary>
      {now.reviews.map((each) => (
        <article key={each.id} class="review" data-testid="review">
          <p>
            <span aria-hidden="true">{"★".repeat(each.stars)}</span>
            <span class="visually-hidden">{t.count("review.stars", each.stars)}</span>
          </p>
          {each.text && <p>{each.text}</p>}
          <p class="hint">
            {[each.author ?? t("review.nobody"), each.bought && t("review.bought"), dateTime(each.at)]
              .filter(Boolean)
              .join(" · ")}
          </p>
        </article>
      ))}
      <form
        class="field"
        onSubmit={(event) => {
          event.preventDefault();
          if (stars.value && lengthOf(text.value) <= TEXT_MAX) void send("PUT");
        }}
      >
        <fieldset class="survey-asked">
          <legend class="field-label">{t("review.yours")}</legend>
          <div class="survey-picks survey-stars">
            {[1, 2, 3, 4, 5].map((n) => (
              <label key={n} class="survey-pick" data-picked={n <= stars.value}>
                <input
                  type="radio"
                  class="visually-hidden"
                  name="review-stars"
                  checked={stars.value === n}
                  aria-label={t.count("review.stars", n)}
                  data-testid={`review-${n}`}
                  onChange={() => {
                    stars.value = n;
                  }}
                />
                <span aria-hidden="true">{"★"}</span>
              </label>
            ))}
          </div>
        </fieldset>
        <textarea
          class="input"
          rows={2}
          aria-label={t("review.text")}
          aria-describedby="review-left"
          data-testid="review-text"
          value={text.value}
          onInput={(event) => {
            text.value = event.currentTarget.value;
          }}
        />
        <RoomLeft id="review-left" text={text.value} most={TEXT_MAX} />
        {now.own?.state && (
          <p class="hint" data-testid="review-state">
            {t(`review.${now.own.state}`)}
          </p>
        )}
        <Button type="submit" data-testid="review-send" disabled={!stars.value || lengthOf(text.value) > TEXT_MAX}>
          {t("review.send")}
        </Button>
        {now.own && (
          <Button look="quiet" data-testid="review-take-back" onClick={() => void send("DELETE")}>
            {t("review.take_back")}
          </Button>
        )}
      </form>
    </details>
  );
}
