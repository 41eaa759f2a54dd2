import type { Show } from "../../sdk";
import { HLS_TYPE, isThere, loads, openNative } from "./native_way";

/** What the driver of a way is told and asked. */
export interface Wish {
  url: string;
  /** The stream was live before: one that has an end now is not it. */
  wasLive: boolean;
  /** Where the file stood, in seconds. */
  from: number;
  /** To be called just before the element is taken: the last frame stays until then. */
  release(): void;
  onFailed(): void;
  onUnsupported(): void;
}

/** A source on the element, by one of the ways of playing. */
export interface Way {
  /** Grows whenever something arrived. */
  heard(): number;
  /** The source answers and has nothing new. Asked only while the picture stands. */
  dry(): boolean;
  /** Null until it is known. */
  live(): boolean | null;
  /** Null until it is known. */
  sound(): boolean | null;
  /** When what is seen now was made, in ms of the epoch; null where the source does not say. */
  date(): number | null;
  /** Goes to the newest that can be played, if it is far behind. */
  toEdge(): void;
  /** Goes on loading after a failure, with what is buffered. */
  resume(): void;
  end(): void;
}

export type Open = (video: HTMLVideoElement, wish: Wish) => Way;
export interface Source {
  url: string;
  open: Open;
  /** Of a stream: whether it can be had now, asked without touching the element. */
  isThere?: () => Promise<boolean>;
}

/** Where Media Source Extensions are, hls.js plays; it comes only when it is needed. A load that fails is a failed attempt like any other. */
function openHls(video: HTMLVideoElement, wish: Wish): Way {
  let inner: Way | null = null;
  let over = false;
  import("./hls_way").then(
    ({ openHlsWay }) => {
      if (!over) inner = openHlsWay(video, wish);
    },
    () => over || wish.onFailed(),
  );
  return {
    heard: () => inner?.heard() ?? 0,
    dry: () => inner?.dry() ?? false,
    live: () => inner?.live() ?? null,
    sound: () => inner?.sound() ?? null,
    date: () => inner?.date() ?? null,
    toEdge: () => inner?.toEdge(),
    resume: () => inner?.resume(),
    end() {
      over = true;
      inner?.end();
    },
  };
}

/** The ways to play `source`, best first: hls.js, the browser's own HLS (iPhone), the MP4 file. */
export function sourcesOf(source: Show["video"], video: HTMLVideoElement): Source[] {
  const found: Source[] = [];
  const { hls } = source;
  if (hls && ("ManagedMediaSource" in window || "MediaSource" in window))
    found.push({ url: hls, open: openHls, isThere: () => isThere(hls) });
  if (hls && video.canPlayType(HLS_TYPE)) found.push({ url: hls, open: openNative, isThere: () => loads(hls) });
  if (source.mp4) found.push({ url: source.mp4, open: openNative });
  return found;
}
