import { beforeEach, describe, expect, it } from "vitest";
import { type Deed, Recovery, type Sight, TIMINGS } from "../../viewer/video/recovery";

const LOOK_MS = 250;

/** A source and the element it plays on, looked at four times a second. */
class Screen {
  now = 1_000;
  clock = 0;
  heard = 0;
  attached = false;
  /** What is attached plays. */
  works = true;
  /** What is attached next will play. */
  source = true;
  paused = false;
  dry = false;
  over = false;
  attended = true;
  deeds: Deed[] = [];
  readonly recovery = new Recovery(TIMINGS, () => 0.5);

  private sight(): Sight {
    const { now, clock, heard, paused, dry, over, attended } = this;
    return { now, clock, heard, paused, dry, over, attended, seeking: false, ready: this.attached && this.works };
  }

  /** Lets time pass; returns what was done, without the looks at which nothing was. */
  pass(ms: number): Deed[] {
    const before = this.deeds.length;
    for (const end = this.now + ms; this.now < end; ) {
      this.now += LOOK_MS;
      if (this.attached && this.works && !this.paused && !this.dry) this.clock += LOOK_MS / 1000;
      if (this.attached && this.works) this.heard += 1;
      const deed = this.recovery.see(this.sight());
      if (deed !== "none") this.deeds.push(deed);
      if (deed === "attach") {
        this.attached = true;
        this.clock = 0;
        this.works = this.source;
        if (!this.works) this.recovery.fail();
      }
      if (deed === "play") this.paused = false;
    }
    return this.deeds.slice(before);
  }
}

let screen: Screen;

beforeEach(() => {
  screen = new Screen();
  screen.recovery.begin(screen.now);
  screen.pass(6_000);
});

const breaks = (): void => {
  screen.works = screen.source = false;
  screen.recovery.fail();
};

describe("recovery", () => {
  it("plays, and leaves alone what plays", () => {
    expect(screen.deeds).toEqual(["attach"]);
    expect(screen.recovery.playing).toBe(true);
    expect(screen.pass(60_000)).toEqual([]);
  });

  it("begins anew after a failure once the buffer is empty, for as long as it takes", () => {
    breaks();
    const attempts = screen.pass(60_000).filter((deed) => deed === "attach");
    expect(attempts.length).toBeGreaterThan(15);
    screen.source = true;
    screen.pass(5_000);
    expect(screen.recovery.playing).toBe(true);
    expect(screen.recovery.failed).toBe(false);
  });

  it("lets what is buffered play out, and goes on loading meanwhile", () => {
    screen.recovery.fail();
    expect(new Set(screen.pass(3_000))).toEqual(new Set(["resume"]));
    expect(screen.recovery.playing).toBe(true);
  });

  it("begins anew when nothing arrives and nobody says that it failed", () => {
    screen.works = screen.source = false;
    expect(screen.pass(5_000)).toContain("attach");
  });

  it("waits for a source that answers but has nothing new", () => {
    screen.dry = true;
    expect(screen.pass(60_000)).toEqual([]);
    expect(screen.recovery.playing).toBe(false);
    screen.dry = false;
    screen.pass(500);
    expect(screen.recovery.playing).toBe(true);
  });

  it("begins anew when a live stream has come to its end", () => {
    screen.over = screen.paused = screen.dry = true;
    expect(screen.pass(3_000)[0]).toBe("attach");
  });

  it("plays what was paused by nobody", () => {
    screen.paused = true;
    expect(screen.pass(1_000)).toEqual(["play"]);
    expect(screen.recovery.playing).toBe(true);
  });

  it("leaves alone what a person has paused, and goes to the live edge afterwards", () => {
    screen.recovery.want(false, screen.now);
    screen.paused = true;
    expect(screen.pass(120_000)).toEqual([]);
    expect([screen.recovery.playing, screen.recovery.failed]).toEqual([false, false]);
    screen.recovery.want(true, screen.now);
    screen.paused = false;
    expect(screen.pass(1_000)).toEqual(["edge"]);
  });

  it("says within two to three seconds that nothing plays, and after a while that there is no picture", () => {
    screen.works = screen.source = false;
    screen.pass(TIMINGS.stillMs + LOOK_MS);
    expect(screen.recovery.playing).toBe(false);
    screen.pass(TIMINGS.honestMs);
    expect(screen.recovery.failed).toBe(true);
  });

  it("tries at once when the network is back", () => {
    breaks();
    screen.pass(60_000);
    screen.source = true;
    screen.recovery.wake(screen.now, "network");
    screen.pass(2 * LOOK_MS + TIMINGS.firstWaitMs);
    expect(screen.recovery.playing).toBe(true);
  });

  it("does nothing for a page that nobody sees, and catches up when it is seen", () => {
    screen.attended = false;
    breaks();
    expect(screen.pass(600_000)).toEqual([]);
    screen.attended = true;
    screen.source = true;
    screen.recovery.wake(screen.now, "person");
    expect(screen.pass(2_000)).toContain("attach");
    expect(screen.recovery.playing).toBe(true);
  });

  it("goes to the live edge when the device has slept", () => {
    screen.now += 3_600_000;
    expect(screen.pass(1_000)).toEqual(["edge"]);
  });

  it("waits longer and longer between attempts, up to a bound", () => {
    breaks();
    const times: number[] = [];
    for (let looks = 0; looks < 240; looks++) {
      if (screen.pass(LOOK_MS).includes("attach")) times.push(screen.now);
    }
    const waits = times.slice(1).map((at, i) => at - (times[i] ?? 0));
    expect(waits[0]).toBeLessThan(waits.at(-1) ?? 0);
    expect(Math.max(...waits)).toBeLessThanOrEqual(TIMINGS.mostWaitMs + 1_000);
  });
});
