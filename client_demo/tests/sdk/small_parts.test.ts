import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Backoff } from "../../sdk/backoff";
import { onClosed, onCommandRefused, onJoinRefused } from "../../sdk/decision";
import { Impressions } from "../../sdk/impressions";
import { Taps } from "../../sdk/taps";
import type { CommandType } from "../../sdk/wire";

type Told = [type: CommandType, fields: object];

function ears(joined = true): { told: Told[]; tell: (type: CommandType, fields: object) => boolean } {
  const told: Told[] = [];
  return {
    told,
    tell: (type, fields) => {
      if (joined) told.push([type, fields]);
      return joined;
    },
  };
}

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe("backoff", () => {
  it("waits anything between nothing and a bound that doubles up to its most", () => {
    const most = new Backoff(500, 4_000, () => 1);
    expect([1, 2, 3, 4, 5].map(() => most.nextMs())).toEqual([500, 1000, 2000, 4000, 4000]);
    const least = new Backoff(500, 4_000, () => 0);
    expect(least.nextMs()).toBe(0);
  });
});

describe("taps", () => {
  it("are added up per kind and sent in commands of at most 50", () => {
    const room = ears();
    const taps = new Taps(room);
    for (let i = 0; i < 70; i++) taps.tap("heart");
    taps.tap("fire");
    expect(room.told).toEqual([]);
    vi.advanceTimersByTime(400);
    expect(room.told).toEqual([
      ["react", { kind: "heart", n: 50 }],
      ["react", { kind: "heart", n: 20 }],
      ["react", { kind: "fire", n: 1 }],
    ]);
  });

  it("of a moment without connection are dropped", () => {
    const room = ears(false);
    const taps = new Taps(room);
    taps.tap("heart");
    vi.advanceTimersByTime(400);
    taps.flush();
    expect(room.told).toEqual([]);
  });
});

describe("impressions", () => {
  it("are reported once per product, together, at most 20 in one command", () => {
    const room = ears();
    const impressions = new Impressions(room);
    for (let i = 0; i < 25; i++) impressions.saw(`p_${i}`);
    impressions.saw("p_0");
    vi.advanceTimersByTime(5_000);
    impressions.saw("p_0");
    vi.advanceTimersByTime(5_000);
    const sizes = room.told.map(([, fields]) => (fields as { products: string[] }).products.length);
    expect(sizes).toEqual([20, 5]);
  });

  it("that wait are told at once when asked, and not again", () => {
    const room = ears();
    const impressions = new Impressions(room);
    impressions.saw("p_1");
    impressions.flush();
    impressions.flush();
    vi.advanceTimersByTime(5_000);
    expect(room.told).toEqual([["impression", { products: ["p_1"] }]]);
  });
});

describe("decisions", () => {
  const refusal = (code: string, retry: "never" | "later" | "reload" | "stop") =>
    ({ type: "error", code, message: "", retry }) as const;

  it("follow the server's verdict", () => {
    expect(onCommandRefused(refusal("sold_out", "never"))).toEqual({ act: "tell" });
    expect(onCommandRefused(refusal("busy", "later"))).toEqual({ act: "tell" });
    expect(onCommandRefused(refusal("unauthenticated", "stop"))).toEqual({ act: "stop", reason: "unauthenticated" });
    expect(onJoinRefused(refusal("unavailable", "later"), false)).toEqual({ act: "again", afterMs: null });
    expect(onJoinRefused(refusal("guests_refused", "stop"), false)).toEqual({ act: "stop", reason: "guests_refused" });
    expect(onJoinRefused(refusal("token_expired", "stop"), true)).toEqual({ act: "renew" });
    expect(onJoinRefused(refusal("forbidden", "never"), true)).toEqual({ act: "forget_token", reason: "forbidden" });
    expect(onJoinRefused(refusal("token_revoked", "stop"), true)).toEqual({ act: "forget_token", reason: "token_revoked" });
    expect(onJoinRefused(refusal("banned", "stop"), true)).toEqual({ act: "stop", reason: "banned" });
    expect(onCommandRefused(refusal("token_expired", "stop"))).toEqual({ act: "renew" });
  });

  it("follow the closing code", () => {
    expect(onClosed(1006)).toEqual({ act: "again", afterMs: null });
    expect(onClosed(4401)).toEqual({ act: "renew" });
    expect(onClosed(4403)).toEqual({ act: "stop", reason: "banned" });
    expect(onClosed(4410)).toEqual({ act: "forget_token", reason: "token_revoked" });
    // Of one of the channel's people the rights may have changed: the server gives a token with the new ones, if there are any.
    expect(onClosed(4410, true)).toEqual({ act: "renew" });
    expect(onJoinRefused(refusal("token_revoked", "stop"), true, true)).toEqual({ act: "renew" });
    expect(onCommandRefused(refusal("token_revoked", "stop"), true)).toEqual({ act: "renew" });
    expect(onClosed(4429)).toEqual({ act: "again", afterMs: 30_000 });
    expect([1003, 1007, 1009, 4400].map((code) => onClosed(code).act)).toEqual(["stop", "stop", "stop", "stop"]);
  });
});
