// Showfloor's SDK: one show as one viewer lives it, without a page. `new Room({ url, show }).start()` is all that is needed.

export { Backoff } from "./backoff";
export type { Identity, JoinWishes, TokenSource } from "./bearer";
export { request } from "./http";
export { Impressions } from "./impressions";
export { newKey } from "./key";
export { RefusedError } from "./refused";
export {
  answersOf,
  applyMoment,
  beginReplay,
  type Chapter,
  type ChapterKind,
  chaptersOf,
  type Moment,
  type Replayed,
  Timeline,
} from "./replay";
export { CommentRun, type MomentPage, type PlacedComment, ReplaySource } from "./replay_source";
export { Room } from "./room";
export type { RoomOptions } from "./room_options";
export type { Link, RoomView } from "./room_view";
export type { Server } from "./server";
export { applyPulse, applyPush, begin, place, type RoomState } from "./state";
export { Taps } from "./taps";
export { hasVideo, reportWatching } from "./watching";
export type { Way } from "./ways";
export type * from "./wire";
