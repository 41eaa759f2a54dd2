import { Backoff } from "../../sdk";

/** How long, in ms, each thing may last before something is done or said. */
export const TIMINGS = {
  /** The clock of the video stands: nobody sees it play any more. */
  stillMs: 2_000,
  /** … and nothing arrives either: taken for lost. */
  lostMs: 3_000,
  /** The same before the first frame. */
  patienceMs: 6_000,
  /** Something arrives, but no frame comes of it. */
  stuckMs: 20_000,
  /** The person is told that there is no picture. */
  honestMs: 15_000,
  /** Played so long without a break, a source counts as well again, and waits begin anew. */
  wellMs: 5_000,
  /** A gap between two looks that only a sleeping device makes. */
  sleptMs: 5_000,
  /** Waits between attempts: a bound that doubles from the first to the most, with full jitter. */
  firstWaitMs: 500,
  mostWaitMs: 3_000,
};

/** What the element and the way of playing show at one moment. */
export interface Sight {
  now: number;
  /** The element's `currentTime`, in seconds. */
  clock: number;
  paused: boolean;
  seeking: boolean;
  /** A stream that was live has come to its end. */
  over: boolean;
  /** There is data to play from here. */
  ready: boolean;
  /** Grows whenever something arrived. */
  heard: number;
  /** The source answers and has nothing new: waiting is all there is to do. */
  dry: boolean;
  /** Somebody sees or hears it. A browser may stop what nobody does, and that is no fault. */
  attended: boolean;
}

/** What is to be done now: begin anew, set the element playing, go on loading, go to the live edge. */
export type Deed = "none" | "attach" | "play" | "resume" | "edge";

/**
 * Decides when a picture is lost and what is done about it. Pure: it is told what is seen and when, and answers with one deed. There is
 * no last attempt: as long as the show is live and the person wants the picture, it is tried again.
 */
export class Recovery {
  private phase: "off" | "attached" | "waiting" = "off";
  private wanted = true;
  private broken = false;
  private edgeDue = false;
  private clock = 0;
  private heard = 0;
  private now = 0;
  private nextAt = 0;
  private attachedAt = 0;
  private attendedAt = 0;
  private heardAt = 0;
  private playAt = 0;
  private movedAt = -Infinity;
  private movesSince: number | null = null;
  private lostAt: number | null = null;
  private readonly backoff: Backoff;

  constructor(
    private readonly timings = TIMINGS,
    private readonly random: () => number = Math.random,
  ) {
    this.backoff = new Backoff(timings.firstWaitMs, timings.mostWaitMs, random);
  }

  /** The frames advance. */
  get playing(): boolean {
    return this.phase !== "off" && this.wanted && this.now - this.movedAt < this.timings.stillMs;
  }

  /** The picture that is wanted stands still. */
  get still(): boolean {
    return this.lostFor() >= 2 * this.timings.stillMs;
  }

  /** … for so long that the person should know. */
  get failed(): boolean {
    return this.lostFor() >= this.timings.honestMs;
  }

  begin(now: number): void {
    this.phase = "waiting";
    this.now = this.nextAt = now;
    this.lostAt = now;
    this.movedAt = -Infinity;
    this.backoff.reset();
  }

  end(): void {
    this.phase = "off";
    this.lostAt = null;
  }

  /** A person starts or pauses it; a browser that forbids playing counts as a pause. */
  want(wanted: boolean, now: number): void {
    this.wanted = wanted;
    this.lostAt = null;
    this.edgeDue = wanted;
    this.attendedAt = now;
  }

  /** The way of playing has given up. What is in the buffer still plays. */
  fail(): void {
    if (this.phase === "attached") this.broken = true;
  }

  /** The network or the person is back: waits are cut short, and a picture that stood still is fetched at once. */
  wake(now: number, what: "network" | "person"): void {
    const { phase } = this;
    this.backoff.reset();
    this.attendedAt = now;
    if (phase === "attached" && what === "network" && this.lostFor() > this.timings.stillMs) return this.rest(now);
    if (phase === "waiting") this.nextAt = Math.min(this.nextAt, now + this.random() * this.timings.firstWaitMs);
    this.edgeDue = true;
  }

  /** To be called a few times a second. */
  see(sight: Sight): Deed {
    const slept = this.phase !== "off" && sight.now - this.now > this.timings.sleptMs;
    this.now = sight.now;
    this.follow(sight);
    if (slept) this.wake(sight.now, "person");
    if (this.phase === "off" || !this.wanted || !sight.attended) return "none";
    if (this.phase === "waiting") return sight.now >= this.nextAt ? this.attach(sight.now) : "none";
    if (this.isLost(sight)) {
      this.rest(sight.now);
      return "none";
    }
    return this.help(sight);
  }

  private follow(sight: Sight): void {
    const moved = !sight.paused && !sight.seeking && sight.clock > this.clock && this.phase !== "off";
    this.clock = sight.clock;
    if (sight.heard !== this.heard) this.heardAt = sight.now;
    this.heard = sight.heard;
    if (!sight.attended) this.attendedAt = sight.now;
    if (moved) {
      this.movedAt = sight.now;
      this.lostAt = null;
      this.movesSince ??= sight.now;
      if (!this.broken && sight.now - this.movesSince > this.timings.wellMs) this.backoff.reset();
    } else if (sight.now - this.movedAt > this.timings.stillMs) this.movesSince = null;
    if (!sight.attended || !this.wanted) this.lostAt = null;
    else if (!moved && this.phase !== "off") this.lostAt ??= sight.now;
  }

  private isLost(sight: Sight): boolean {
    const { lostMs, patienceMs, stuckMs } = this.timings;
    const stands = sight.now - this.movedAt > 500;
    if (stands && (this.broken || sight.over)) return true;
    if (sight.dry) return false;
    const still = sight.now - Math.max(this.movedAt, this.attachedAt, this.attendedAt);
    const quiet = Math.min(still, sight.now - this.heardAt);
    return quiet > (this.movedAt >= this.attachedAt ? lostMs : patienceMs) || still > stuckMs;
  }

  private help(sight: Sight): Deed {
    if (this.edgeDue && sight.ready) {
      this.edgeDue = false;
      return "edge";
    }
    // To play what is over would begin it once more.
    if (sight.paused && sight.ready && !sight.over && sight.now - this.playAt > 1_000) {
      this.playAt = sight.now;
      return "play";
    }
    if (this.broken && sight.now >= this.nextAt) {
      this.nextAt = sight.now + this.timings.firstWaitMs + this.backoff.nextMs();
      return "resume";
    }
    return "none";
  }

  private attach(now: number): Deed {
    this.phase = "attached";
    this.attachedAt = this.heardAt = now;
    this.broken = this.edgeDue = false;
    return "attach";
  }

  private rest(now: number): void {
    this.phase = "waiting";
    this.nextAt = now + this.backoff.nextMs();
  }

  private lostFor(): number {
    return this.lostAt === null ? 0 : this.now - this.lostAt;
  }
}
