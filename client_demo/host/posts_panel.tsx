import { computed, effect, signal } from "@preact/signals";
import type { RefusedError } from "../sdk";
import type { StaffPost } from "../sdk/wire";
import { dateTime } from "../shared/format";
import { createTranslator } from "../shared/i18n";
import type en from "../shared/locales/host_posts.en.json";
import { ask } from "../shared/staff/ask";
import { type Move, move, type PostPage, type Reason } from "../shared/staff/posts/moves";
import { PostRow } from "../shared/staff/posts/post_row";
import { t as staff } from "../shared/staff/posts/text";
import { session } from "../shared/staff/session";
import { Button } from "../shared/ui/button";
import { brief } from "../shared/writing";
import { why } from "./actions";
import { attempt } from "./deeds";
import { snapshot, theRoom } from "./desk";
import { Fold } from "./fold";
import "./poll.css";
import "./posts.css";

const t = createTranslator<typeof en>("host_posts");

type Shelf = "held" | "approved";
/** What waits in the whole channel, and what may be shown. */
const pages = signal<Record<Shelf, PostPage | null>>({ held: null, approved: null });
const shelf = signal<Shelf>("held");
const open = signal(false);

async function load(which: Shelf): Promise<void> {
  if (!snapshot.peek() || !session.peek()) return;
  const page = await ask<PostPage>(`/posts?state=${which}&limit=20`).catch(() => null);
  // What stands here stays where the server does not answer; the next look tries again.
  if (page) pages.value = { ...pages.peek(), [which]: page };
}

async function loadAll(): Promise<void> {
  await Promise.all([load("held"), load("approved")]);
}

/** Another one with each post of this show that comes or goes, and with each that is shown. */
const told = computed(() => `${snapshot.value?.show.id} ${snapshot.value?.posts_waiting} ${snapshot.value?.post?.id}`);
effect(() => {
  told.value;
  if (open.value) void loadAll();
  else void load("held");
});

const called = (post: { text: string }): string => (post.text ? brief(post.text) : t("picture"));

function act(post: StaffPost, to: Move, reason?: Reason): void {
  void attempt({
    say: () => t(`deed.${to}`, { text: called(post) }),
    send: () => move(post, to, reason).then(loadAll),
    refused: refusedMove,
  });
}

function place(post: { id: string; text: string }, which: "show" | "hide"): void {
  void attempt({
    say: () => t(`deed.${which}`, { text: called(post) }),
    send: () => theRoom().command(`post.${which}`, { post: post.id }).then(loadAll),
    refused: refusedMove,
  });
}

/** Says who was faster, and reads anew how it stands. */
function refusedMove(error: RefusedError): () => string {
  void loadAll();
  const current = error.refusal.current as unknown as StaffPost | undefined;
  if (error.code !== "conflict" || !current) return why(error);
  return () => t("moved", { who: current.moderated_by ?? t("somebody"), state: staff(`state.${current.state}`) });
}

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

function Row({ post }: { post: StaffPost }) {
  const product = snapshot.value?.products.find(({ id }) => id === post.product)?.title ?? "";
  const shown = snapshot.value?.post?.id === post.id;
  return (
    <PostRow post={post} product={product} at={dateTime(post.at)} act={(to, reason) => act(post, to, reason)}>
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
