import { batch, signal } from "@preact/signals";
import type { Show } from "../../sdk";
import { resolve } from "../../shared/server";
import { setVideoPlays } from "../session";
import { type Source, sourcesOf, type Way } from "../video/ways";

/** How far a key goes, in milliseconds. */
export const STEP_MS = 10_000;
/** A picture that has stood still for so long is not watched. */
const STILL_MS = 2_000;
const LOOK_EVERY_MS = 250;

/** What the recording is doing; `ms` is the recording's own clock. */
export const playing = signal(false);
export const ms = signal(0);
export const lengthMs = signal(0);
export const muted = signal(false);
/** No way to play it is left. */
export const failed = signal(false);
/** It was watched to its end. */
export const over = signal(false);

/** A recording on a video element: played, paused and sought by a person, and tried by its next way when one fails. */
export class RecordingPlayer {
  private readonly ended = new AbortController();
  private readonly timer: ReturnType<typeof setInterval>;
  private readonly sources: Source[];
  private way: Way | null = null;
  private movedAt = 0;
  private last = -1;

  constructor(
    private readonly video: HTMLVideoElement,
    { hls, mp4 }: NonNullable<Show["replay"]>,
  ) {
    this.sources = sourcesOf({ hls: resolve(hls), mp4: resolve(mp4), poster: "" }, video);
    const { signal: until } = this.ended;
    for (const name of ["play", "pause", "seeked", "timeupdate", "durationchange", "volumechange", "ended", "playing"])
      video.addEventListener(name, () => this.look(), { signal: until });
    this.timer = setInterval(() => this.look(), LOOK_EVERY_MS);
    this.open(0);
  }

  toggle(): void {
    if (this.video.paused) this.play();
    else this.video.pause();
  }

  /** Goes to a place of the recording, and plays on from there if it plays. */
  seek(to: number): void {
    const end = this.video.duration || 0;
    this.video.currentTime = Math.min(Math.max(0, to / 1_000), end);
    this.look();
  }

  /** Goes to a place and plays. */
  playFrom(to: number): void {
    this.seek(to);
    this.play();
  }

  toggleSound(): void {
    this.video.muted = !this.video.muted;
  }

  again(): void {
    this.open(0);
  }

  end(): void {
    this.ended.abort();
    clearInterval(this.timer);
    this.way?.end();
    setVideoPlays(false);
  }

  /** A browser that forbids sound is obeyed with a silent picture. */
  private play(): void {
    const { video } = this;
    video.play().catch((error: unknown) => {
      if ((error as Error).name !== "NotAllowedError" || video.muted) return;
      video.muted = true;
      video.play().catch(() => undefined);
    });
  }

  private open(nth: number): void {
    const source = this.sources[nth];
    failed.value = !source;
    if (!source) return;
    const from = this.video.currentTime;
    let mine: Way | null = null;
    this.way?.end();
    this.way = mine = source.open(this.video, {
      url: source.url,
      wasLive: false,
      from,
      release: () => undefined,
      onFailed: () => (mine === null || this.way === mine) && this.open(nth + 1),
      onUnsupported: () => undefined,
    });
  }

  private look(): void {
    const { video } = this;
    const now = performance.now();
    if (video.currentTime !== this.last) this.movedAt = now;
    this.last = video.currentTime;
    const moves = !video.paused && !video.ended && now - this.movedAt < STILL_MS;
    batch(() => {
      playing.value = !video.paused && !video.ended;
      ms.value = video.currentTime * 1_000;
      lengthMs.value = Number.isFinite(video.duration) ? video.duration * 1_000 : 0;
      muted.value = video.muted;
      over.value = video.ended;
    });
    setVideoPlays(moves);
  }
}
