import { signal } from "@preact/signals";
import type { StaffPost } from "../sdk/wire";
import { dateTime } from "../shared/format";
import { PostRow } from "../shared/staff/posts/post_row";
import { Button } from "../shared/ui/button";
import { snapshot } from "./desk";
import { Fold } from "./fold";
import "./poll.css";
import { act, called, open, pages, place, type Shelf, sanction, t } from "./posts";
import "./posts.css";
import type { Sanctionable } from "./surface";
import { t as host } from "./text";

const shelf = signal<Shelf>("held");

/** Viewers' own posts: what waits to be looked at, and what may be shown to everybody. */
export function PostsPanel() {
  const waiting = Math.max(pages.value.held?.waiting ?? 0, snapshot.value?.posts_waiting ?? 0);
  const page = pages.value[shelf.value];
  return (
    <Fold
      title={waiting ? `${t("title")} · ${t.count("waiting", waiting)}` : t("title")}
      testid="posts"
      class="surveys"
      turned={(now) => {
        open.value = now;
      }}
    >
      <Shown />
      <fieldset class="segmented segmented-small" aria-label={t("title")}>
        {(["held", "approved"] as const).map((each) => (
          <button
            type="button"
            key={each}
            aria-pressed={shelf.value === each}
            data-testid={`posts-${each}`}
            onClick={() => {
              shelf.value = each;
            }}
          >
            {t(each)}
          </button>
        ))}
      </fieldset>
      {page?.posts.length === 0 && <p class="hint">{t(`${shelf.value}.none`)}</p>}
      <ul class="posts-rows">
        {page?.posts.map((post) => (
          <li key={post.id}>
            <Row post={post} />
          </li>
        ))}
      </ul>
      {page?.next && (
        <p class="hint">
          <a href="/studio/posts">{t("rest")}</a>
        </p>
      )}
    </Fold>
  );
}

/** A post with what may be done with it and its author; `reason`: for what its author is likely stopped. */
export function Row({ post, reason }: { post: StaffPost; reason?: Sanctionable["reason"] }) {
  const product = snapshot.value?.products.find(({ id }) => id === post.product)?.title ?? "";
  const shown = snapshot.value?.post?.id === post.id;
  const stop = (
    <Button size="small" aria-haspopup="dialog" data-testid="post-sanction" onClick={() => sanction(post, reason)}>
      {host("sanction")}
    </Button>
  );
  return (
    <PostRow post={post} product={product} at={dateTime(post.at)} act={(to, why) => act(post, to, why)} last={stop}>
      {post.state === "approved" && !shown && (
        <Button size="small" look="primary" data-testid="post-show" disabled={!mayShow()} onClick={() => place(post, "show")}>
          {t("show")}
        </Button>
      )}
    </PostRow>
  );
}

const mayShow = (): boolean => ["live", "rehearsal"].includes(snapshot.value?.show.state ?? "");

/** What viewers have before them now. */
function Shown() {
  const post = snapshot.value?.post;
  if (!post) return null;
  return (
    <div class="poll-now" data-testid="post-now" data-post={post.id}>
      <p>
        <span class="badge badge-accent">{t("shown")}</span> <bdi>{called(post)}</bdi>
      </p>
      <div class="poll-deeds">
        <Button size="small" data-testid="post-hide" onClick={() => place(post, "hide")}>
          {t("hide")}
        </Button>
      </div>
    </div>
  );
}
