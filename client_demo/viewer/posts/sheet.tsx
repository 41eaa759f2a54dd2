// What viewers show of a product, and the way to show one's own: loaded when it is opened.
import "./posts.css";
import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import type { OwnPost, Post, Product, RefusedError } from "../../sdk";
import { draftOf, keepDraft } from "../../shared/drafts";
import { dateTime } from "../../shared/format";
import { request } from "../../shared/server";
import { Button } from "../../shared/ui/button";
import { Dialog } from "../../shared/ui/dialog";
import { PrivatePicture } from "../../shared/ui/private_picture";
import { RoomLeft } from "../../shared/ui/room_left";
import { showToast } from "../../shared/ui/toast";
import { asKept, lengthOf } from "../../shared/writing";
import { identity, onPrivate, onPush, show } from "../session";
import { refusalText } from "../text";
import { opened } from "./line";
import { PostPicture, Report, whose } from "./post";
import { Attempt } from "./sending";
import { t } from "./text";

const TEXT_MAX = 500;
const KINDS = "image/jpeg,image/png,image/webp,image/avif";
const token = (): string | undefined => identity.peek()?.token;

interface Page {
  posts: Post[];
  next: string | null;
}

export function Posts({ product }: { product: Product }) {
  const page = useSignal<Page | null>(null);
  const own = useSignal<readonly OwnPost[]>([]);
  const path = `/shows/${encodeURIComponent(show.value?.id ?? "")}/posts/${product.id}`;
  const loadOwn = async (): Promise<void> => {
    const found = await request<{ posts: OwnPost[] }>(`/posts/own?product=${product.id}`, { token: token() }).catch(() => null);
    if (found) own.value = found.posts;
  };
  const load = async (): Promise<void> => {
    page.value = await request<Page>(path, { token: token() }).catch(() => page.peek() ?? { posts: [], next: null });
  };
  const more = async (): Promise<void> => {
    const before = page.peek();
    const found = await request<Page>(`${path}?cursor=${before?.next}`, { token: token() }).catch(() => null);
    if (before && found) page.value = { posts: [...before.posts, ...found.posts], next: found.next };
    else showToast(t("offline"));
  };
  useEffect(() => {
    void load();
    void loadOwn();
    const ends = [
      onPush((push) => {
        const { posts = [], next = null } = page.peek() ?? {};
        if (push.type === "post.removed") page.value = { posts: posts.filter(({ id }) => id !== push.post), next };
      }),
      onPrivate((push) => {
        if (push.type !== "post.own") return;
        void loadOwn();
        void load();
      }),
    ];
    return () => {
      for (const end of ends) end();
    };
  }, []);
  const mine = new Set(own.value.map(({ id }) => id));
  const others = (page.value?.posts ?? []).filter(({ id }) => !mine.has(id));
  return (
    <Dialog
      sheet
      title={t("title", { title: product.title })}
      onClose={() => {
        opened.value = null;
      }}
      testid="posts"
    >
      {own.value.length > 0 && (
        <ul class="posts-list">
          {own.value.map((post) => (
            <Own
              key={post.id}
              post={post}
              gone={() => {
                own.value = own.peek().filter(({ id }) => id !== post.id);
                void load();
              }}
            />
          ))}
        </ul>
      )}
      {identity.value?.role === "viewer" && page.value && (
        <details class="reviews" open={mine.size + others.length === 0} data-testid="post-fold">
          <summary>{t("form")}</summary>
          <Form product={product} kept={loadOwn} />
        </details>
      )}
      {page.value && others.length === 0 && <p class="hint">{t(mine.size ? "none.other" : "none")}</p>}
      <ul class="posts-list">
        {others.map((post) => (
          <li key={post.id} class="post" data-testid="post">
            <PostPicture post={post} size={320} />
            {post.text && (
              <p dir="auto" class="post-text">
                {post.text}
              </p>
            )}
            <p class="post-from hint">
              {[whose(post), dateTime(post.at)].join(" · ")}
              <Report post={post} />
            </p>
          </li>
        ))}
      </ul>
      {page.value?.next && (
        <Button data-testid="posts-more" onClick={() => void more()}>
          {t("more")}
        </Button>
      )}
    </Dialog>
  );
}

/** One's own, with what became of it, and the way to take it back. */
function Own({ post, gone }: { post: OwnPost; gone: () => void }) {
  const working = useSignal(false);
  async function withdraw(): Promise<void> {
    working.value = true;
    try {
      await request(`/posts/${post.id}`, { method: "DELETE", token: token() });
      showToast(t("withdrawn"));
      gone();
    } catch (error) {
      showToast(refusalText(error));
    }
    working.value = false;
  }
  return (
    <li class="post post-own" data-testid="post-own" data-state={post.state}>
      {post.picture && (
        <PrivatePicture from={`/posts/${post.id}/picture`} token={token()} class="post-picture" label={t("picture.own")} />
      )}
      {post.text && (
        <p dir="auto" class="post-text">
          {post.text}
        </p>
      )}
      <p class="hint" data-testid="post-state">
        {t(`state.${post.state}`)}
        {post.reason && ` ${t(`reason.${post.reason}`)}`}
      </p>
      <Button size="small" data-testid="post-withdraw" disabled={working.value} onClick={() => void withdraw()}>
        {t("withdraw")}
      </Button>
    </li>
  );
}

function Form({ product, kept }: { product: Product; kept: () => Promise<void> }) {
  const attempt = useMemo(() => new Attempt(product.id), []);
  const text = draftOf(attempt.place);
  const file = attempt.file.value;
  const refusal = attempt.refusal.value;
  const complete = attempt.agreed.value && (file !== null || asKept(text) !== "") && lengthOf(text) <= TEXT_MAX;
  async function send(): Promise<void> {
    if (!(await attempt.send())) return;
    attempt.choose(null);
    attempt.agreed.value = false;
    showToast(t("sent"));
    await kept();
  }
  return (
    <form
      class="post-form"
      data-testid="post-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (complete && !attempt.sending.peek()) void send();
      }}
    >
      <div class="post-choice">
        {file && <PrivatePicture from={file} class="post-picture" label={t("picture.chosen")} />}
        <div class="post-choice-acts">
          <label class="button">
            {t(file ? "picture.other" : "picture.choose")}
            <input
              type="file"
              class="visually-hidden"
              accept={KINDS}
              data-testid="post-file"
              onChange={({ currentTarget }) => {
                attempt.choose(currentTarget.files?.[0] ?? null);
                currentTarget.value = "";
              }}
            />
          </label>
          {file && (
            <Button look="quiet" data-testid="post-file-away" onClick={() => attempt.choose(null)}>
              {t("picture.away")}
            </Button>
          )}
        </div>
      </div>
      <label class="field">
        <span class="field-label">{t("text")}</span>
        <textarea
          class="input"
          rows={3}
          aria-describedby="post-left"
          aria-invalid={lengthOf(text) > TEXT_MAX}
          data-testid="post-text"
          value={text}
          onInput={({ currentTarget }) => {
            keepDraft(attempt.place, currentTarget.value);
            attempt.changed();
          }}
        />
      </label>
      <RoomLeft id="post-left" text={text} most={TEXT_MAX} />
      <label class="checkbox">
        <input
          type="checkbox"
          checked={attempt.anonymous.value}
          data-testid="post-anonymous"
          onChange={({ currentTarget }) => {
            attempt.anonymous.value = currentTarget.checked;
            attempt.changed();
          }}
        />
        {t("anonymous")}
      </label>
      <label class="checkbox post-consent">
        <input
          type="checkbox"
          required
          checked={attempt.agreed.value}
          data-testid="post-consent"
          onChange={({ currentTarget }) => {
            attempt.agreed.value = currentTarget.checked;
            attempt.changed();
          }}
        />
        <span>{t("consent")}</span>
      </label>
      <Button type="submit" look="primary" data-testid="post-send" disabled={!complete || attempt.sending.value}>
        {attempt.sending.value && <span class="spinner" />}
        {t(attempt.sending.value ? "sending" : "send")}
      </Button>
      <p role="status" class={refusal ? "notice notice-bad" : "hint"} data-testid="post-word">
        {refusal ? wordOf(refusal) : t("waits")}
      </p>
    </form>
  );
}

function wordOf(refused: RefusedError): string {
  return t.maybe(`refused.${refused.code}`) ?? refusalText(refused);
}
