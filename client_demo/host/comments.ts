// The comments of the show as staff read them, and what they do with them.
import { computed, signal } from "@preact/signals";
import type { CommentsFor, DismissReason } from "../sdk";
import type { Comment, CommentState } from "../sdk/wire";
import { HeldComments } from "../shared/comments/held";
import { brief } from "../shared/writing";
import { why } from "./actions";
import { t } from "./comments_text";
import { attempt } from "./deeds";
import { snapshot, theRoom, view } from "./desk";

const DRAWN_MAX = 200;
const held = new HeldComments();
const changes = signal(0);
function changed(): void {
  changes.value = changes.peek() + 1;
}

const stoppedAt = signal<number | null>(null);

export const isFollowing = computed(() => stoppedAt.value === null);
export const setting = computed<CommentsFor>(() => snapshot.value?.show.comments ?? "on");
export const selectedComment = signal<string | null>(null);
export const comments = computed(() => {
  changes.value;
  return held.list(stoppedAt.value, stoppedAt.value === null ? DRAWN_MAX : null);
});
export const newCount = computed(() => {
  changes.value;
  const from = stoppedAt.value;
  return from === null ? 0 : held.list(null, null).filter(({ n }) => n > from).length;
});
export const heldCount = computed(() => {
  changes.value;
  return held.list(null, null).filter(({ state }) => state === "held").length;
});
/** How many viewers were not shown, and how many staff were not told of. */
export const leftOut = computed(() => {
  const stream = snapshot.value?.comments;
  return (stream?.written ?? 0) - (stream?.shown ?? 0);
});

/** Follows the room that is open; returns what ends it. */
export function followComments(): () => void {
  const room = theRoom();
  let since: unknown = null;
  const stops = [
    room.subscribe((now) => {
      if (!now.state || now.state.since === since) return;
      since = now.state.since;
      held.begin(now.state.snapshot.comments ?? null);
      stoppedAt.value = null;
      changed();
    }),
    room.onPush((push) => {
      if (!held.hear(push)) return;
      if (stoppedAt.peek() === null) held.trim(DRAWN_MAX);
      changed();
    }),
  ];
  return () => {
    for (const stop of stops) stop();
    held.begin(null);
    selectedComment.value = null;
  };
}

export function stopFollowing(): void {
  if (stoppedAt.peek() === null) stoppedAt.value = held.list(null, null).at(-1)?.n ?? 0;
}

export function followAgain(): void {
  stoppedAt.value = null;
}

/** Chooses the comment before or after the chosen one; the list stands still then. */
export function stepComment(by: 1 | -1): void {
  stopFollowing();
  const all = comments.peek();
  const at = all.findIndex(({ id }) => id === selectedComment.peek());
  const next = at < 0 ? all.at(-1) : (all[at + by] ?? all[at]);
  selectedComment.value = next?.id ?? null;
}

type Act = "comment.approve" | "comment.remove" | "comment.undo" | "comment.to_question";

function move(type: Act, comment: Comment, deed: "approved" | "removed" | "restored" | "asked", reason?: DismissReason): void {
  const text = brief(comment.text);
  const undoable = type === "comment.approve" || type === "comment.remove";
  void attempt({
    say: () => t(`comments.deed.${deed}`, { text }),
    send: () => theRoom().command(type, { comment: comment.id, version: comment.version, ...(reason && { reason }) } as never),
    refused: why,
    // What was done is taken back, and nothing that a colleague has done since: the version is that of the deed.
    undo: undoable ? () => move("comment.undo", { ...comment, version: (comment.version ?? 0) + 1 }, "restored") : undefined,
  });
}

export const approveComment = (comment: Comment): void => move("comment.approve", comment, "approved");
export const removeComment = (comment: Comment, reason: DismissReason): void =>
  move("comment.remove", comment, "removed", reason);
export const restoreComment = (comment: Comment): void => move("comment.undo", comment, "restored");
export const askComment = (comment: Comment): void => move("comment.to_question", comment, "asked");

/** What may be done with a comment as it stands. */
export function mayDo(comment: Comment): { approve: boolean; remove: boolean; ask: boolean; undo: boolean } {
  const state: CommentState = comment.state ?? "open";
  const standing = state === "open" || state === "held";
  const over = ["ended", "cancelled"].includes(view.value.state?.snapshot.show.state ?? "");
  return {
    approve: state === "held" || (state === "open" && comment.shadow === true),
    remove: standing,
    ask: standing && !comment.question && !over,
    undo: state === "removed" && comment.before !== undefined,
  };
}

export function switchComments(to: CommentsFor): void {
  const before = setting.peek();
  if (to === before) return;
  void attempt({
    say: () => t(`comments.deed.switched.${to}`),
    send: () => theRoom().command("comments.switch", { comments: to }),
    refused: why,
    undo: () => switchComments(before),
  });
}
