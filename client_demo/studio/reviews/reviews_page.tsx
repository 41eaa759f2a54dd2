import { signal } from "@preact/signals";
import type { PageProps } from "../../shared/pages/routes";
import { Button } from "../../shared/ui/button";
import { make, tellFailure } from "../api";
import { theChannel } from "../channel";
import { ListPage } from "../list_page";
import { stay } from "../router";
import { momentIn } from "../time";
import { t } from "./text";

interface Review {
  id: string;
  product: string;
  stars: number;
  text: string;
  author: string | null;
  bought: boolean;
  at: string;
  state: "pending" | "approved" | "refused";
  reason: Reason | null;
  moderated_by: string | null;
}

const PATH = "/studio/reviews";
const STATES = ["pending", "approved", "refused"] as const;
const REASONS = ["spam", "off_topic", "rude", "personal", "other"] as const;
type Reason = (typeof REASONS)[number];

/** What became of a review on this page: it keeps its place, so that it can be taken back there. */
const moved = signal<ReadonlyMap<string, Review>>(new Map());

async function move(review: Review, to: "approve" | "refuse" | "restore", reason?: Reason): Promise<void> {
  try {
    const answer = await make<Review>(`/reviews/${review.id}/${to}`, reason ? { reason } : {}, null);
    moved.value = new Map([...moved.peek(), [review.id, answer.value]]);
  } catch (error) {
    tellFailure(error);
  }
}

/** What viewers say of products, to be approved before anybody else reads it. */
export default function ReviewsPage({ query }: PageProps) {
  const state = STATES.find((each) => each === query.get("state")) ?? "pending";
  return (
    <ListPage<Review>
      testid="reviews"
      title={t("title")}
      lead={t("lead")}
      path={`/reviews?state=${state}`}
      things="reviews"
      keyOf={({ id }) => id}
      filtered={state !== "pending"}
      filters={STATES.map((each) => (
        <Button
          key={each}
          aria-pressed={each === state}
          data-testid={`reviews-${each}`}
          onClick={() => stay(PATH, { state: each })}
        >
          {t(`state.${each}`)}
        </Button>
      ))}
      empty={{ title: t("empty.title"), text: t("empty.text") }}
      row={(review) => <Row review={moved.value.get(review.id) ?? review} />}
    />
  );
}

function Row({ review }: { review: Review }) {
  const about = [
    review.author ?? t("nobody"),
    review.bought && t("bought"),
    momentIn(review.at, theChannel().time_zone),
    review.state === "refused" && review.reason && t(`reason.${review.reason}`),
    review.moderated_by && t("by", { who: review.moderated_by }),
  ].filter(Boolean);
  return (
    <article data-testid="review" data-state={review.state}>
      <p>
        <strong>{t.count("stars", review.stars)}</strong>
      </p>
      {review.text && <p data-testid="review-text">{review.text}</p>}
      <p class="hint">{about.join(" · ")}</p>
      <Deeds review={review} />
    </article>
  );
}

function Deeds({ review }: { review: Review }) {
  if (review.state !== "pending") {
    return (
      <Button data-testid="review-restore" onClick={() => void move(review, "restore")}>
        {t("undo")}
      </Button>
    );
  }
  return (
    <div class="list-filters">
      <Button look="primary" data-testid="review-approve" onClick={() => void move(review, "approve")}>
        {t("approve")}
      </Button>
      <select
        class="input"
        aria-label={t("refuse")}
        data-testid="review-refuse"
        value=""
        onChange={(event) => {
          const reason = REASONS.find((each) => each === event.currentTarget.value);
          if (reason) void move(review, "refuse", reason);
        }}
      >
        <option value="">{t("refuse")}</option>
        {REASONS.map((each) => (
          <option key={each} value={each}>
            {t(`reason.${each}`)}
          </option>
        ))}
      </select>
    </div>
  );
}
