import type { Comment, CommentPush, Comments } from "./comment_wire";

/** How far a snapshot's stream reaches back: places of viewers, and of staff. */
export const COMMENTS_MAX = 50;
export const STAFF_COMMENTS_MAX = 200;

const NOTHING: Comments = { written: 0, shown: 0, latest: [] };

/** Returns the stream after one push about comments, the oldest first, as a fresh snapshot would have it. Pure. */
export function nextComments(before: Comments = NOTHING, push: CommentPush): Comments {
  switch (push.type) {
    case "comment.posted": {
      const { written, shown, told, comments } = push;
      return kept({ ...before, written, shown, ...(told !== undefined && { told }) }, comments);
    }
    case "comment.reacted": {
      const counts = new Map(push.comments.map(({ comment, reactions }) => [comment, reactions]));
      return { ...before, latest: before.latest.map((each) => withCounts(each, counts.get(each.id))) };
    }
    default: {
      const { comment } = push;
      if ("text" in comment) return kept(before, [comment]);
      return { ...before, latest: before.latest.filter(({ id }) => id !== comment.id) };
    }
  }
}

function kept(stream: Comments, changed: readonly Comment[]): Comments {
  const ids = new Set(changed.map(({ id }) => id));
  const lowest = stream.told === undefined ? stream.shown - COMMENTS_MAX : stream.told - STAFF_COMMENTS_MAX;
  const latest = [...stream.latest.filter(({ id }) => !ids.has(id)), ...changed]
    .filter(({ n }) => n > Math.max(0, lowest))
    .sort((a, b) => a.n - b.n);
  return { ...stream, latest };
}

function withCounts(comment: Comment, counts: Record<string, number> | undefined): Comment {
  if (!counts) return comment;
  const { reactions: _, ...rest } = comment;
  return Object.keys(counts).length > 0 ? { ...rest, reactions: counts } : rest;
}
