// What is said of comments, after PROTOCOL.md 1.7: what differs for staff is told apart by its fields.

import type * as wire from "./wire.generated";

export type CommentState = wire.StaffComment["state"];
export type CommentsFor = NonNullable<wire.Show["comments"]>;
/** One's own comment, as the server keeps it. */
export type OwnComment = wire.OwnComment;
/** A comment; what `wire.StaffComment` has beyond `wire.Comment` is there for staff alone. */
export type Comment = wire.Comment & Partial<Omit<wire.StaffComment, keyof wire.Comment>>;

/** The stream of a show; `told` is there for staff alone, who read more than viewers are shown. */
export interface Comments {
  written: number;
  shown: number;
  told?: number;
  latest: Comment[];
}

export type CommentPush =
  | { type: "comment.posted"; written: number; shown: number; told?: number; comments: Comment[] }
  | { type: "comment.changed" | "comment.erased"; comment: Comment }
  | { type: "comment.removed"; comment: Comment | { id: string } }
  | { type: "comment.reacted"; comments: { comment: string; reactions: Record<string, number> }[] };

type Moved = { comment: string; state: CommentState; version: number; question?: string };

export interface CommentReplies {
  comment: { comment: string; state: CommentState; at: string };
  "comment.withdraw": Moved;
  "comment.react": { comment: string; reactions: Record<string, number> };
  "comment.approve": Moved;
  "comment.remove": Moved;
  "comment.undo": Moved;
  "comment.to_question": Moved;
  "comments.switch": { comments: CommentsFor };
}
