// Viewers' own posts as this page knows them: what waits in the whole channel, what may be shown, and what is done with them.
import { computed, effect, signal } from "@preact/signals";
import type { RefusedError } from "../sdk";
import type { StaffPost } from "../sdk/wire";
import { createTranslator } from "../shared/i18n";
import type en from "../shared/locales/host_posts.en.json";
import { nameOf } from "../shared/people";
import { ask } from "../shared/staff/ask";
import { type Move, move, type PostPage, type Reason } from "../shared/staff/posts/moves";
import { t as staff } from "../shared/staff/posts/text";
import { session } from "../shared/staff/session";
import { brief } from "../shared/writing";
import { why } from "./actions";
import { attempt } from "./deeds";
import { snapshot, theRoom } from "./desk";
import { type Sanctionable, sanctioning } from "./surface";

export const t = createTranslator<typeof en>("host_posts");

export type Shelf = "held" | "approved";
export const pages = signal<Record<Shelf, PostPage | null>>({ held: null, approved: null });
/** Whether somebody looks at them. */
export const open = signal(false);
/** Posts that were asked for by their ids, as they stood then. */
const found = signal<ReadonlyMap<string, StaffPost>>(new Map());

export const postOf = (id: string): StaffPost | undefined => found.value.get(id);

export async function fetchPost(id: string): Promise<void> {
  const post = await ask<StaffPost>(`/posts/${id}`).catch(() => null);
  const others = [...found.peek()].filter(([other]) => other !== id);
  found.value = new Map(post ? [...others, [id, post]] : others);
}

async function load(which: Shelf): Promise<void> {
  if (!snapshot.peek() || !session.peek()) return;
  const page = await ask<PostPage>(`/posts?state=${which}&limit=20`).catch(() => null);
  // What stands here stays where the server does not answer; the next look tries again.
  if (page) pages.value = { ...pages.peek(), [which]: page };
}

async function loadAll(): Promise<void> {
  const reported = (snapshot.peek()?.reported ?? []).filter(({ kind }) => kind === "post");
  await Promise.all([load("held"), load("approved"), ...reported.map(({ item }) => fetchPost(item))]);
}

/** Another one with each post of this show that comes or goes, and with each that is shown. */
const told = computed(() => `${snapshot.value?.show.id} ${snapshot.value?.posts_waiting} ${snapshot.value?.post?.id}`);
effect(() => {
  told.value;
  if (open.value) void loadAll();
  else void load("held");
});

export const called = (post: { text: string }): string => (post.text ? brief(post.text) : t("picture"));

export function act(post: StaffPost, to: Move, reason?: Reason): void {
  void attempt({
    say: () => t(`deed.${to}`, { text: called(post) }),
    send: () => move(post, to, reason).then(loadAll),
    refused: refusedMove,
  });
}

export function place(post: { id: string; text: string }, which: "show" | "hide"): void {
  void attempt({
    say: () => t(`deed.${which}`, { text: called(post) }),
    send: () => theRoom().command(`post.${which}`, { post: post.id }).then(loadAll),
    refused: refusedMove,
  });
}

/** Asks what is to be laid on whoever sent a post, also without their name. */
export function sanction(post: StaffPost, reason?: Sanctionable["reason"]): void {
  sanctioning.value = { whom: { post: post.id }, who: nameOf(post) || staff("nobody"), text: called(post), reason };
}

/** Says who was faster, and reads anew how it stands. */
function refusedMove(error: RefusedError): () => string {
  void loadAll();
  const current = error.refusal.current as unknown as StaffPost | undefined;
  if (error.code !== "conflict" || !current) return why(error);
  return () => t("moved", { who: current.moderated_by || t("somebody"), state: staff(`state.${current.state}`) });
}
