import { signal } from "@preact/signals";
import { setVideoPlays } from "../session";

/** How the picture is doing, for what is drawn over it. */
export const playback = {
  playing: signal(false),
  muted: signal(true),
  /** False once it is known that the clip has no sound. */
  hasSound: signal(true),
  /** The picture has stood still for lack of data for a while. */
  slow: signal(false),
  failed: signal(false),
  /** There is a picture to be seen, moving or not. */
  ready: signal(false),
};

const SLOW_AFTER_MS = 4_000;

let element: HTMLVideoElement | null = null;

/** Follows the element's own events; returns what ends it. */
export function followVideo(video: HTMLVideoElement): () => void {
  element = video;
  const over = new AbortController();
  let stalled: ReturnType<typeof setTimeout> | undefined;
  const on = (names: string, react: () => void): void => {
    for (const name of names.split(" ")) video.addEventListener(name, react, { signal: over.signal });
  };
  const setPlaying = (now: boolean): void => {
    playback.playing.value = now;
    setVideoPlays(now);
  };
  on("playing", () => {
    clearTimeout(stalled);
    playback.slow.value = false;
    setPlaying(true);
  });
  on("loadeddata", () => {
    playback.ready.value = true;
  });
  on("emptied", () => {
    playback.ready.value = false;
  });
  on("pause ended emptied", () => {
    clearTimeout(stalled);
    setPlaying(false);
  });
  on("waiting stalled", () => {
    clearTimeout(stalled);
    if (video.paused || video.readyState >= HTMLMediaElement.HAVE_FUTURE_DATA) return;
    stalled = setTimeout(() => {
      playback.slow.value = true;
      setPlaying(false);
    }, SLOW_AFTER_MS);
  });
  on("volumechange", () => {
    playback.muted.value = video.muted;
  });
  on("timeupdate", () => {
    playback.hasSound.value = soundOf(video);
  });
  return () => {
    over.abort();
    clearTimeout(stalled);
    setPlaying(false);
    element = null;
  };
}

/** Each engine tells it its own way, or not at all; unknown counts as yes. */
function soundOf(video: HTMLVideoElement): boolean {
  const told = video as HTMLVideoElement & {
    mozHasAudio?: boolean;
    webkitAudioDecodedByteCount?: number;
    audioTracks?: { length: number };
  };
  if (video.currentTime < 1) return true;
  if (told.mozHasAudio !== undefined) return told.mozHasAudio;
  if (told.webkitAudioDecodedByteCount !== undefined) return told.webkitAudioDecodedByteCount > 0;
  return told.audioTracks ? told.audioTracks.length > 0 : true;
}

/** Starts the picture; a browser that forbids it leaves it paused, with the play button over it. */
export function play(): void {
  void element?.play().catch(() => undefined);
}

export function togglePlay(): void {
  if (element?.paused) play();
  else element?.pause();
}

export function toggleSound(): void {
  if (element) element.muted = !element.muted;
}
