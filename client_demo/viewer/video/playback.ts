import { signal } from "@preact/signals";

/** How the picture is doing, for what is drawn over it. */
export const playback = {
  /** Frames advance. */
  playing: signal(false),
  /** The person has not paused it, and the browser has not forbidden it. */
  wanted: signal(true),
  muted: signal(true),
  /** True once it is known that there is sound. */
  hasSound: signal(false),
  /** The picture has stood still for a while. */
  still: signal(false),
  /** … for so long that it is said plainly. It is still tried. */
  failed: signal(false),
  /** This browser has no way to play what the show offers. */
  unsupported: signal(false),
  /** There is a picture to be seen, moving or not. */
  ready: signal(false),
};
