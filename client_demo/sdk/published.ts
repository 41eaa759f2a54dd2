// What `@showfloor/sdk` exports. The pages import `index.ts`, and what they need later by itself.

export { type Cart, toCart } from "./cart";
export * from "./index";
export { type Heard, PictureHold, type Playback } from "./picture";
