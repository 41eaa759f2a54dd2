// What staff may do with a viewer's own post, and how it is asked of the server.
import type { StaffPost } from "../../../sdk/wire";
import { ask } from "../ask";

export const REASONS = ["off_topic", "rude", "personal", "quality", "spam", "other"] as const;
export type Reason = (typeof REASONS)[number];
export type Move = "approve" | "reject" | "remove" | "restore";

export interface PostPage {
  posts: StaffPost[];
  waiting: number;
  next: string | null;
}

/** Returns the post as it stands afterwards; refused with `conflict` where somebody else has moved it meanwhile. */
export function move({ id, version }: StaffPost, to: Move, reason?: Reason): Promise<StaffPost> {
  return ask<StaffPost>(`/posts/${id}/${to}`, { method: "POST", ...(reason && { body: { reason } }), version });
}
