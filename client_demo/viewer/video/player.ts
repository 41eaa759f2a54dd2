import { batch } from "@preact/signals";
import { Backoff, type Show } from "../../sdk";
import { embedded } from "../../shared/place";
import { setVideoPlays } from "../session";
import { playback } from "./playback";
import { Recovery, type TIMINGS } from "./recovery";
import { type Source, sourcesOf, type Way } from "./ways";

const LOOK_EVERY_MS = 250;
/** So many attempts go to the way that has played before another one is tried. */
const FAITH = 8;
/** How long a file plays, at most, before it is asked whether the stream that it stands in for has come. */
const BETTER_AGAIN_MS = { least: 1_000, first: 4_000, most: 30_000 };

/** One video element and the source on it, from the moment that the show is live until it is not. */
export class Player {
  private readonly recovery: Recovery;
  private readonly over = new AbortController();
  private readonly timer: ReturnType<typeof setInterval>;
  private sources: Source[] = [];
  private source: Source | null = null;
  private way: Way | null = null;
  /** The source whose last frame stays on the element until the next one has data. */
  private former: Way | null = null;
  private attempt = 0;
  private wasLive = false;
  private position = 0;
  private readonly betterAgain = new Backoff(BETTER_AGAIN_MS.first, BETTER_AGAIN_MS.most);
  private betterAt = 0;
  private asking: Source | null = null;

  constructor(
    private readonly video: HTMLVideoElement,
    timings?: typeof TIMINGS,
  ) {
    this.recovery = new Recovery(timings);
    const { signal } = this.over;
    const listen = (target: EventTarget, names: string, hear: () => void): void => {
      for (const name of names.split(" ")) target.addEventListener(name, hear, { signal });
    };
    const look = (): void => this.look();
    listen(video, "playing pause timeupdate loadeddata canplay emptied ended volumechange", look);
    listen(window, "online", () => this.recovery.wake(performance.now(), "network"));
    listen(window, "pageshow", () => this.recovery.wake(performance.now(), "person"));
    listen(document, "visibilitychange", () => {
      if (document.visibilityState === "visible") this.recovery.wake(performance.now(), "person");
      look();
    });
    this.timer = setInterval(look, LOOK_EVERY_MS);
    this.hearKeys();
  }

  /** When what is seen now was made, in ms of the epoch; null while nobody says. */
  date(): number | null {
    return this.way?.date() ?? null;
  }

  /** Plays what the show offers, or nothing when it is not live. */
  show(offer: Show["video"] | null): void {
    this.letGo();
    this.recovery.end();
    this.sources = offer ? sourcesOf(offer, this.video) : [];
    this.attempt = 0;
    this.wasLive = false;
    this.betterAgain.reset();
    this.betterAt = 0;
    playback.unsupported.value = offer !== null && this.sources.length === 0;
    playback.hasSound.value = false;
    if (this.sources.length > 0) this.recovery.begin(performance.now());
    this.look();
  }

  /** The server is heard again, or a person asks: the next attempt is now. */
  again(): void {
    this.betterAt = 0;
    this.recovery.wake(performance.now(), "network");
  }

  want(wanted: boolean): void {
    playback.wanted.value = wanted;
    this.recovery.want(wanted, performance.now());
    if (wanted) this.play();
    else this.video.pause();
  }

  toggleSound(): void {
    this.video.muted = !this.video.muted;
  }

  end(): void {
    this.over.abort();
    clearInterval(this.timer);
    this.show(null);
  }

  private look(): void {
    const { video, way } = this;
    if (way?.live()) this.wasLive = true;
    video.loop = !this.wasLive;
    const audible = !video.muted && playback.hasSound.peek();
    const deed = this.recovery.see({
      now: performance.now(),
      clock: video.currentTime,
      paused: video.paused,
      seeking: video.seeking,
      over: video.ended && this.wasLive,
      ready: video.readyState >= HTMLMediaElement.HAVE_FUTURE_DATA,
      heard: way?.heard() ?? 0,
      dry: !this.recovery.playing && (way?.dry() ?? false),
      attended: document.visibilityState === "visible" || audible,
    });
    if (deed === "attach") this.attach();
    else if (deed === "resume") way?.resume();
    else if (deed === "edge") way?.toEdge();
    if (deed === "play" || deed === "edge") this.play();
    this.tell();
    if (this.recovery.playing && !this.former && document.visibilityState === "visible") void this.askForBetter();
  }

  /** What plays may be a file that stands in for a stream that was late: the stream takes over once it is there, however late. */
  private async askForBetter(): Promise<void> {
    const { source } = this;
    const now = performance.now();
    const better = this.sources.find((each) => each.url !== source?.url);
    if (this.asking || !source || source.url === this.sources[0]?.url || !better?.isThere || now < this.betterAt) return;
    this.asking = source;
    const isThere = await better.isThere();
    this.asking = null;
    if (this.source !== source || !this.recovery.playing) return;
    this.betterAt = performance.now() + BETTER_AGAIN_MS.least + this.betterAgain.nextMs();
    if (isThere) this.attach(better);
  }

  private tell(): void {
    const { recovery, video } = this;
    if (recovery.playing && !this.former) {
      this.attempt = 0;
      this.position = video.currentTime;
    }
    batch(() => {
      playback.playing.value = recovery.playing;
      playback.still.value = recovery.still;
      playback.failed.value = recovery.failed;
      playback.muted.value = video.muted;
      playback.ready.value = video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA;
      playback.hasSound.value = this.way?.sound() ?? playback.hasSound.peek();
      if (recovery.playing) playback.unsupported.value = false;
    });
    setVideoPlays(recovery.playing);
  }

  private attach(source = this.nextSource()): void {
    if (!source) return;
    const { former } = this;
    if (former) this.way?.end();
    else this.former = this.way;
    const before = this.source;
    this.source = source;
    let mine: Way | null = null;
    const isMine = (): boolean => mine === null || this.way === mine;
    mine = source.open(this.video, {
      url: source.url,
      wasLive: this.wasLive,
      from: this.position,
      release: () => {
        this.former?.end();
        this.former = null;
      },
      onFailed: () => {
        if (!isMine()) return;
        // The file goes on that the stream would have taken the place of.
        if (mine && this.former && before?.isThere === undefined && this.recovery.playing) return this.backTo(before);
        this.recovery.fail();
      },
      onUnsupported: () => isMine() && this.sources.length === 1 && (playback.unsupported.value = true),
    });
    this.way = mine;
  }

  private backTo(source: Source | null): void {
    this.way?.end();
    this.way = this.former;
    this.former = null;
    this.source = source;
  }

  /** The way that has played is tried again for a while; else each in turn. */
  private nextSource(): Source | null {
    const n = this.attempt++;
    const played = this.position > 0 ? this.source : null;
    if (played && n < FAITH) return played;
    return this.sources[n % this.sources.length] ?? null;
  }

  private letGo(): void {
    this.way?.end();
    this.former?.end();
    this.way = this.former = this.source = null;
    this.position = 0;
  }

  /** A browser that forbids sound is obeyed with a silent picture; one that forbids that too, with the play button. */
  private play(): void {
    const { video } = this;
    const forbidden = (error: unknown): boolean => (error as Error).name === "NotAllowedError";
    video.play().catch((error: unknown) => {
      if (!forbidden(error)) return;
      if (video.muted) return this.want(false);
      video.muted = true;
      video.play().catch((again: unknown) => forbidden(again) && this.want(false));
    });
  }

  /** The keys of keyboards, headsets and lock screens: only these and the page's own buttons pause for a person. */
  private hearKeys(): void {
    if (embedded || !("mediaSession" in navigator)) return;
    navigator.mediaSession.setActionHandler("play", () => this.want(true));
    navigator.mediaSession.setActionHandler("pause", () => this.want(false));
  }
}
