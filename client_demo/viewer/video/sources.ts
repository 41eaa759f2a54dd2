import type { Show } from "../../sdk";

/** One way to play a show's video: puts it on the element, and returns what takes it off again. */
type Attach = (video: HTMLVideoElement) => Promise<() => void>;

const HLS_TYPE = "application/vnd.apple.mpegurl";
/** Above this a manifest or its first piece is taken for lost, in ms; the next way is tried. */
const PATIENCE_MS = 8_000;

function plainSource(url: string): Attach {
  return async (video) => {
    video.src = url;
    await becameReady(video);
    return () => {
      video.removeAttribute("src");
      video.load();
    };
  };
}

/** hls.js comes only when it is needed. Its worker is built from a blob's address, which Trusted Types forbid, so it works here instead. */
function hlsByScript(url: string): Attach {
  return async (video) => {
    const { default: Hls } = await import("hls.js/light");
    if (!Hls.isSupported()) throw new Error("no media source extensions");
    const hls = new Hls({ enableWorker: false, backBufferLength: 30 });
    const failed = new Promise<never>((_, reject) => {
      hls.on(Hls.Events.ERROR, (_event, data) => data.fatal && reject(new Error(data.details)));
    });
    hls.loadSource(url);
    hls.attachMedia(video);
    try {
      await Promise.race([becameReady(video), failed]);
    } catch (error) {
      hls.destroy();
      throw error;
    }
    return () => hls.destroy();
  };
}

function becameReady(video: HTMLVideoElement): Promise<void> {
  return new Promise((resolve, reject) => {
    const over = new AbortController();
    const end = (then: () => void) => () => {
      over.abort();
      clearTimeout(timer);
      then();
    };
    const timer = setTimeout(
      end(() => reject(new Error("too slow"))),
      PATIENCE_MS,
    );
    video.addEventListener("loadeddata", end(resolve), { signal: over.signal });
    video.addEventListener(
      "error",
      end(() => reject(new Error("not playable"))),
      { signal: over.signal },
    );
  });
}

/** The ways to play `source`, best first: the browser's own HLS (Safari), hls.js, the MP4 file. */
function waysOf(source: Show["video"], video: HTMLVideoElement): Attach[] {
  const ways: Attach[] = [];
  if (source.hls && video.canPlayType(HLS_TYPE)) ways.push(plainSource(source.hls));
  if (source.hls && "MediaSource" in window) ways.push(hlsByScript(source.hls));
  if (source.mp4) ways.push(plainSource(source.mp4));
  return ways;
}

/** Puts the first source that plays on the element. Throws when none does. Returns what takes it off. */
export async function attachVideo(video: HTMLVideoElement, source: Show["video"]): Promise<() => void> {
  for (const attach of waysOf(source, video)) {
    try {
      return await attach(video);
    } catch {
      // The next way may do; the caller hears only when none did.
    }
  }
  throw new Error("no source can be played");
}
