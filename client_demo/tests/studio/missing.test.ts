import { expect, test } from "vitest";
import { type Facts, isSoldOut, missing, nextOf, type Planned } from "../../studio/home/missing";

const SHOW: Planned = {
  id: "s_1",
  title: "Tea",
  state: "scheduled",
  starts_at: "2026-11-27T11:00:00Z",
  video: { hls: "", mp4: "/v.mp4" },
};
const READY: Facts = { products: [{ id: "p_1", stock: 3 }], planned: [SHOW], people: 2 };
const whats = (facts: Partial<Facts>): string[] => missing({ ...READY, ...facts }).map((each) => each.what);

test("a channel that is ready lacks nothing", () => {
  expect(missing(READY)).toEqual([]);
});

test("an empty channel begins with products, then a show, then people", () => {
  expect(whats({ products: [], planned: [], people: 1 })).toEqual(["products", "show", "people"]);
});

test("a show says what it lacks itself", () => {
  const next = { ...SHOW, state: "draft", starts_at: null, video: { hls: "", mp4: "" } };
  expect(whats({ planned: [next] })).toEqual(["time", "video", "draft"]);
  expect(missing({ ...READY, planned: [next] })[0]?.to).toBe("/studio/shows/s_1");
});

test("products without stock are counted, those with variants once", () => {
  const products = [
    { id: "p_1", stock: 0 },
    { id: "p_2", stock: 0, variants: [{ stock: 0 }, { stock: 2 }] },
    { id: "p_3", stock: 0, variants: [{ stock: 0 }, { stock: 0 }] },
  ];
  expect(missing({ ...READY, products })).toEqual([{ what: "stock", n: 2, to: "/studio/products" }]);
  expect(isSoldOut({ id: "p_4", stock: 0, variants: [] })).toBe(true);
});

test("who may not know something is not told that it is missing", () => {
  expect(whats({ people: null, products: null, planned: null })).toEqual([]);
});

test("the next show is the first whose time is not long over, one without a time comes last", () => {
  const now = Date.parse("2026-11-27T12:00:00Z");
  const at = (id: string, starts_at: string | null): Planned => ({ ...SHOW, id, starts_at });
  const planned = [at("forgotten", "2026-11-20T11:00:00Z"), at("late", "2026-11-27T11:00:00Z"), at("dateless", null)];
  expect(nextOf(planned, now)?.id).toBe("late");
  expect(nextOf([planned[0], planned[2]] as Planned[], now)?.id).toBe("dateless");
  expect(nextOf([], now)).toBeNull();
});
