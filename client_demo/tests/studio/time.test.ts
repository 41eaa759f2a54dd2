import { beforeAll, expect, test, vi } from "vitest";

let time: typeof import("../../studio/time");

beforeAll(async () => {
  vi.stubGlobal("location", { search: "" });
  vi.stubGlobal("navigator", { languages: ["en"] });
  vi.stubGlobal("document", { documentElement: {} });
  time = await import("../../studio/time");
});

test.each([
  ["2026-11-27T20:00", "Asia/Tokyo", "2026-11-27T11:00:00.000Z"],
  ["2026-07-01T20:00", "Europe/Berlin", "2026-07-01T18:00:00.000Z"],
  ["2026-12-01T20:00", "Europe/Berlin", "2026-12-01T19:00:00.000Z"],
  ["2026-11-27T20:00", "UTC", "2026-11-27T20:00:00.000Z"],
  ["2026-03-29T12:00", "Pacific/Auckland", "2026-03-28T23:00:00.000Z"],
])("%s in %s is %s, and is shown as it was written", (local, zone, at) => {
  expect(time.asMoment(local, zone)).toBe(at);
  expect(time.asLocal(at, zone)).toBe(local);
});

test("an hour that the clocks skip is the one after it, one that they show twice is the first", () => {
  expect(time.asMoment("2026-03-29T02:30", "Europe/Berlin")).toBe("2026-03-29T01:30:00.000Z");
  expect(time.asMoment("2026-10-25T02:30", "Europe/Berlin")).toBe("2026-10-25T00:30:00.000Z");
});

test("an empty field is no moment", () => {
  expect(time.asMoment("", "UTC")).toBeNull();
  expect(time.asLocal(null, "UTC")).toBe("");
});
