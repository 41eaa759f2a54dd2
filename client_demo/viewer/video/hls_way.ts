import Hls, { type Fragment, type HlsConfig, type LevelDetails } from "hls.js/light";
import { soundOf } from "./native_way";
import type { Way, Wish } from "./ways";

/** Pauses between the loader's own attempts; what these do not mend is a failure, which the page meets. */
const once = (firstByteMs: number, wholeMs: number, retries: number) => ({
  default: {
    maxTimeToFirstByteMs: firstByteMs,
    maxLoadTimeMs: wholeMs,
    timeoutRetry: null,
    errorRetry: { maxNumRetry: retries, retryDelayMs: 500, maxRetryDelayMs: 1_000, backoff: "linear" as const },
  },
});

// The worker is built from a blob's address, which Trusted Types forbid, so it works here instead.
const CONFIG: Partial<HlsConfig> = {
  enableWorker: false,
  backBufferLength: 30,
  liveSyncDurationCount: 3,
  liveMaxLatencyDurationCount: 7,
  manifestLoadPolicy: once(6_000, 10_000, 0),
  playlistLoadPolicy: once(6_000, 10_000, 2),
  fragLoadPolicy: once(8_000, 60_000, 3),
};

/** A playlist that was read so long ago, in its target durations, says nothing of now. */
const FRESH_FOR_TARGETS = 3;

/** Plays HLS by hls.js. The element is taken only when the playlist has come. */
export function openHlsWay(video: HTMLVideoElement, wish: Wish): Way {
  if (!Hls.isSupported()) {
    queueMicrotask(wish.onFailed);
    return nothing;
  }
  const hls = new Hls(CONFIG);
  let taken = false;
  let signs = 0;
  let loading: Fragment | null = null;
  let last: string | null = null;
  let details: LevelDetails | null = null;
  let readAt = 0;
  let sound: boolean | null = null;

  hls.on(Hls.Events.ERROR, (_event, data) => {
    if (!data.fatal) return;
    const { BUFFER_INCOMPATIBLE_CODECS_ERROR, MANIFEST_INCOMPATIBLE_CODECS_ERROR } = Hls.ErrorDetails;
    const told: string[] = [BUFFER_INCOMPATIBLE_CODECS_ERROR, MANIFEST_INCOMPATIBLE_CODECS_ERROR];
    if (told.includes(data.details)) wish.onUnsupported();
    wish.onFailed();
  });
  hls.on(Hls.Events.LEVEL_LOADED, (_event, data) => {
    ({ details } = data);
    readAt = performance.now();
    if (taken) return;
    if (wish.wasLive && !details.live) return wish.onFailed();
    signs++;
    taken = true;
    wish.release();
    hls.attachMedia(video);
  });
  hls.on(Hls.Events.FRAG_LOADING, (_event, data) => {
    loading = data.frag;
  });
  hls.on(Hls.Events.FRAG_LOADED, () => {
    signs++;
    loading = null;
  });
  hls.on(Hls.Events.FRAG_BUFFERED, (_event, data) => {
    last = data.frag.url;
  });
  hls.on(Hls.Events.BUFFER_CODECS, (_event, data) => {
    sound = Boolean(data.audio ?? data.audiovideo?.codec?.includes("mp4a"));
  });
  hls.loadSource(wish.url);

  return {
    heard: () => signs + (loading?.stats.loaded ?? 0) / 1e9,
    dry() {
      if (!details?.live || last !== details.fragments.at(-1)?.url) return false;
      return performance.now() - readAt < FRESH_FOR_TARGETS * 1_000 * details.targetduration;
    },
    live: () => details?.live ?? null,
    sound: () => sound ?? soundOf(video),
    date: () => (taken ? (hls.playingDate?.getTime() ?? null) : null),
    toEdge() {
      const edge = hls.liveSyncPosition;
      if (details?.live && edge !== null && edge - video.currentTime > details.targetduration) video.currentTime = edge;
    },
    resume: () => hls.startLoad(),
    end: () => hls.destroy(),
  };
}

const nothing: Way = {
  heard: () => 0,
  dry: () => false,
  live: () => null,
  sound: () => null,
  date: () => null,
  toEdge: () => undefined,
  resume: () => undefined,
  end: () => undefined,
};
