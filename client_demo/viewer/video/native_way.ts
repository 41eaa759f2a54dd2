import type { Way, Wish } from "./ways";

export const HLS_TYPE = "application/vnd.apple.mpegurl";
const PROBE_EVERY_MS = 1_500;
const TRIAL_MS = 10_000;
/** Further behind the end of what can be sought than this, in seconds, is not live. */
const BEHIND_SECONDS = 20;

/** A playlist, and the address that its lines are relative to. */
interface Playlist {
  text: string;
  url: string;
}

/** Returns a playlist, the first variant where it lists variants. Throws when it cannot be had. */
async function readPlaylist(url: string): Promise<Playlist> {
  const answer = await fetch(url, { cache: "no-store" });
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  const text = await answer.text();
  const variant = /#EXT-X-STREAM-INF[^\n]*\n([^#\s]\S*)/.exec(text)?.[1];
  return variant ? readPlaylist(new URL(variant, answer.url).href) : { text, url: answer.url };
}

function newestOf({ text }: Playlist): string {
  const lines = text.trimEnd().split("\n");
  return lines.findLast((line) => line && !line.startsWith("#")) ?? "";
}

/** Whether scripts can read the playlist, and the newest that it lists. */
export async function isThere(url: string): Promise<boolean> {
  try {
    const playlist = await readPlaylist(url);
    const newest = newestOf(playlist);
    const answer = newest ? await fetch(new URL(newest, playlist.url)) : null;
    void answer?.body?.cancel();
    return answer?.ok ?? false;
  } catch {
    return false;
  }
}

/** Whether the browser plays what is there by itself: an element that nobody sees tries it, since scripts need not be allowed to read it. */
export function loads(url: string): Promise<boolean> {
  const trial = document.createElement("video");
  trial.muted = true;
  trial.preload = "metadata";
  return new Promise<boolean>((done) => {
    trial.onloadedmetadata = () => done(true);
    trial.onerror = () => done(false);
    setTimeout(done, TRIAL_MS, false);
    trial.src = url;
  }).finally(() => {
    trial.removeAttribute("src");
    trial.load();
  });
}

/** A browser tells nothing of a playlist that it plays itself, so while the picture stands the page looks at it. */
class Probe {
  private last: string | null = null;
  private same = true;
  private askedAt = -Infinity;

  constructor(private readonly url: string) {}

  /** The playlist answers and has not changed since it was looked at first. */
  dry(): boolean {
    if (performance.now() - this.askedAt > PROBE_EVERY_MS) {
      this.askedAt = performance.now();
      readPlaylist(this.url).then(
        (playlist) => {
          const newest = newestOf(playlist);
          this.same = this.last === null || this.last === newest;
          this.last = newest;
        },
        () => {
          this.same = false;
        },
      );
    }
    return this.same;
  }
}

/** The element's own `src`: HLS where the browser plays it, or a file. */
export function openNative(video: HTMLVideoElement, wish: Wish): Way {
  const over = new AbortController();
  const { signal } = over;
  const isFile = !/\.m3u8($|[?#])/.test(wish.url) && !wish.wasLive;
  const probe = isFile ? null : new Probe(wish.url);
  let heard = 0;
  let taken = false;

  const take = (): void => {
    if (signal.aborted) return;
    wish.release();
    taken = true;
    for (const name of ["progress", "loadedmetadata", "loadeddata"]) video.addEventListener(name, () => heard++, { signal });
    video.addEventListener("error", wish.onFailed, { signal });
    video.addEventListener("loadedmetadata", begin, { signal, once: true });
    video.src = wish.url;
  };
  const begin = (): void => {
    const ends = Number.isFinite(video.duration);
    if (wish.wasLive && ends) wish.onFailed();
    else if (isFile && ends && wish.from < video.duration) video.currentTime = wish.from;
  };
  const look = async (): Promise<void> => {
    const answer = await fetch(wish.url, { cache: "no-store", signal }).catch(() => null);
    // No answer may also mean that the source is not to be read by scripts: then only the element can tell.
    const gone = answer && (!answer.ok || (await answer.text().catch(() => "")).includes("#EXT-X-ENDLIST"));
    if (gone) wish.onFailed();
    else take();
  };
  // What was seen once stays on the element until the source is there again.
  if (wish.wasLive) void look();
  else take();

  return {
    heard: () => heard,
    dry: () => (taken && video.readyState > 0 && !video.error ? (probe?.dry() ?? false) : false),
    live: () => (taken && video.readyState > 0 ? !Number.isFinite(video.duration) : null),
    sound: () => soundOf(video),
    date: () => (taken ? dateOf(video) : null),
    toEdge() {
      const { seekable } = video;
      if (Number.isFinite(video.duration) || seekable.length === 0) return;
      const edge = seekable.end(seekable.length - 1);
      if (edge - video.currentTime > BEHIND_SECONDS) video.currentTime = edge;
    },
    resume: () => undefined,
    end() {
      over.abort();
      if (!taken) return;
      video.removeAttribute("src");
      video.load();
    },
  };
}

/** When what is seen now was made, where the browser knows it of a playlist that it plays itself. */
function dateOf(video: HTMLVideoElement): number | null {
  const start = (video as HTMLVideoElement & { getStartDate?: () => Date }).getStartDate?.().getTime();
  return start === undefined || Number.isNaN(start) ? null : start + video.currentTime * 1_000;
}

/** Each engine tells it its own way, or not at all; one that does not counts as sounding after a second of playing. */
export function soundOf(video: HTMLVideoElement): boolean | null {
  const told = video as HTMLVideoElement & {
    mozHasAudio?: boolean;
    webkitAudioDecodedByteCount?: number;
    audioTracks?: { length: number };
  };
  if (video.readyState === 0) return null;
  if (told.mozHasAudio !== undefined) return told.mozHasAudio;
  if (told.audioTracks) return told.audioTracks.length > 0;
  if (told.webkitAudioDecodedByteCount) return true;
  if (video.currentTime < 1) return null;
  return told.webkitAudioDecodedByteCount === undefined;
}
