import { beforeAll, describe, expect, it, vi } from "vitest";

let form: typeof import("../../studio/shows/show");

beforeAll(async () => {
  vi.stubGlobal("location", { search: "" });
  vi.stubGlobal("navigator", { languages: ["en"] });
  vi.stubGlobal("document", { documentElement: {} });
  form = await import("../../studio/shows/show");
});

const SHOW = {
  id: "s_1",
  channel: "demo",
  title: "Evening",
  host: "Mika",
  state: "draft" as const,
  moderation: "post" as const,
  starts_at: "2026-12-24T11:00:00.000Z",
  started_at: null,
  ended_at: null,
  video: { hls: "", mp4: "/show.mp4", poster: "/still.jpg" },
  planned_minutes: 90,
  picture_delay_ms: 1500,
};

describe("a show in its form", () => {
  const lineUp = {
    products: [
      { product: "p_1", price: 1250 },
      { product: "p_2", price: null },
    ],
  };
  const opened = () => form.asText(SHOW, lineUp, { staff: [] }, "Asia/Tokyo", "USD");

  it("has its time in the channel's zone and its prices as they are typed", () => {
    const text = opened();
    expect(text.startsAt).toBe("2026-12-24T20:00");
    expect(text.lines).toEqual([
      { product: "p_1", price: "12.50" },
      { product: "p_2", price: "" },
    ]);
    expect(form.lineUpOf(text.lines, "USD")).toEqual(lineUp);
  });

  it("sends only what was changed, and the whole video with its still", () => {
    const text = opened();
    expect(form.bodyOf({ hls: "https://x/live.m3u8" }, { ...text, hls: "https://x/live.m3u8" }, "Asia/Tokyo", false)).toEqual({
      video: { hls: "https://x/live.m3u8", mp4: "/show.mp4", poster: "/still.jpg" },
    });
    expect(form.bodyOf({ startsAt: "" }, { ...text, startsAt: "" }, "Asia/Tokyo", false)).toEqual({ starts_at: null });
    expect(form.bodyOf({ delay: "8" }, { ...text, delay: "8" }, "Asia/Tokyo", false)).toEqual({ picture_delay_ms: 8000 });
  });

  it("says what is wrong before anything is sent", () => {
    const text = opened();
    const wrong = { ...form.emptyShow(""), minutes: "0", delay: "61", lines: [{ product: "p_1", price: "-1" }] };
    expect(Object.keys(form.check(wrong, "JPY")).sort()).toEqual(["delay", "host", "lines", "minutes", "title"]);
    expect(form.check(text, "USD")).toEqual({});
  });
});

it("a show lacks what nobody has given it yet", () => {
  const sold = [
    { id: "p_1", stock: 0 },
    { id: "p_2", stock: 0, options: ["Size"], variants: [{ stock: 1 }] },
  ];
  expect(form.lacks(form.emptyShow("Mika"), sold).map(({ what, n }) => [what, n])).toEqual([
    ["time", 1],
    ["video", 1],
    ["cover", 1],
    ["stock", 1],
  ]);
  expect(form.lacks(form.emptyShow("Mika"), []).map(({ what }) => what)).toContain("products");
});

it("a line goes to another place and the others keep their order", () => {
  const lines = ["a", "b", "c"].map((product) => ({ product, price: "" }));
  const names = (from: number, to: number) =>
    form
      .moved(lines, from, to)
      .map(({ product }) => product)
      .join("");
  expect([names(0, 2), names(2, 0), names(1, 0), names(0, -1), names(2, 3)]).toEqual(["bca", "cab", "bac", "abc", "abc"]);
});
