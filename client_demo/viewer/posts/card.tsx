// The viewer's own post that the host shows, over the foot of the picture. It can be put away.
import "./posts.css";
import { draftOf, keepDraft } from "../../shared/drafts";
import { Button } from "../../shared/ui/button";
import { Icon } from "../../shared/ui/icon";
import { products, snapshot } from "../session";
import { PostPicture, Report, whose } from "./post";
import { t } from "./text";

/** "away", or nothing where nobody has said. */
const sizeAt = (id: string): string => `post.${id}.size`;

export function PostCard() {
  const post = snapshot.value?.post;
  if (!post) return null;
  const product = products.value.find(({ id }) => id === post.product);
  if (draftOf(sizeAt(post.id)) === "away") {
    return (
      <button type="button" class="poll-chip" data-testid="post-chip" onClick={() => keepDraft(sizeAt(post.id), "")}>
        {t("shown")}
      </button>
    );
  }
  return (
    <section class="poll post-shown" aria-label={t("shown")} data-testid="post-shown" data-post={post.id}>
      <header class="poll-head">
        <p class="poll-kind">{t("shown")}</p>
        <span class="post-shown-acts">
          <Report post={post} />
          <Button
            look="quiet"
            size="icon"
            aria-label={t("away")}
            data-testid="post-away"
            onClick={() => keepDraft(sizeAt(post.id), "away")}
          >
            <Icon name="close" />
          </Button>
        </span>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what is longer than the card is read by the keyboard too */}
      <div class="post-shown-body" tabIndex={0}>
        <PostPicture post={post} size={160} />
        <div class="post-shown-words">
          {post.text && (
            <p dir="auto" class="post-text">
              {post.text}
            </p>
          )}
          <p class="poll-hint">{[whose(post), product?.title].filter(Boolean).join(" · ")}</p>
        </div>
      </div>
    </section>
  );
}
