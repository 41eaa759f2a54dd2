// Showfloor's SDK: one show as one viewer lives it, without a page. `new Room({ url, show }).start()` is all that is needed.

export { Backoff } from "./backoff";
export { request } from "./http";
export { Impressions } from "./impressions";
export { newKey } from "./key";
export { RefusedError } from "./refused";
export { type Identity, type JoinWishes, type Link, Room, type RoomOptions, type RoomView, type TokenSource } from "./room";
export type { Server } from "./server";
export { applyPulse, applyPush, begin, place, type RoomState } from "./state";
export { Taps } from "./taps";
export { hasVideo, reportWatching } from "./watching";
export type { Way } from "./ways";
export type * from "./wire";
