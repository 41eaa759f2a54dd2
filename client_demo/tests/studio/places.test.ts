import { beforeAll, expect, test, vi } from "vitest";
import { match } from "../../shared/pages/routes";
import type { Area } from "../../studio/areas";

let areas: typeof import("../../studio/areas");

beforeAll(async () => {
  vi.stubGlobal("location", { search: "", pathname: "/studio", hash: "" });
  vi.stubGlobal("addEventListener", () => undefined);
  areas = await import("../../studio/areas");
});

const page = async () => ({ default: () => null });
const products: Area = {
  name: "products",
  sign: "products",
  rank: 1,
  roles: ["admin", "host"],
  routes: [
    { path: "/studio/products", page },
    { path: "/studio/products/:id", page },
    { path: "/studio/products/import", page },
  ],
};

test("a pattern finds the parts of a path by name", () => {
  expect(match("/studio/shows/:id", "/studio/shows/s_1")).toEqual({ id: "s_1" });
  expect(match("/studio/shows/:id", "/studio/shows/a%20b")).toEqual({ id: "a b" });
  expect(match("/studio/shows/:id", "/studio/shows")).toBeNull();
  expect(match("/studio/shows/:id", "/studio/shows/s_1/line-up")).toBeNull();
  expect(match("/studio/shows/:id", "/studio/shows/%E0%A4%A")).toEqual({ id: "%E0%A4%A" });
});

test("a fixed address is found before one with a name in it", () => {
  expect(areas.find("/studio/products/import", [products])?.route.path).toBe("/studio/products/import");
  expect(areas.find("/studio/products/p_1", [products])?.params).toEqual({ id: "p_1" });
  expect(areas.find("/studio/nothing", [products])).toBeNull();
});

test("every area has its folder's name, and no two claim an address or a place in the navigation", () => {
  const paths = areas.AREAS.flatMap((area) => area.routes.map((route) => route.path));
  expect(new Set(paths).size).toBe(paths.length);
  const ranks = areas.AREAS.flatMap((area) => (area.rank === null ? [] : [area.rank]));
  expect(new Set(ranks).size).toBe(ranks.length);
  expect(areas.AREAS.filter((area) => area.primary).length).toBeLessThanOrEqual(4);
});

test("an area is shown to its roles alone", () => {
  expect(areas.isOpenTo(products, "host")).toBe(true);
  expect(areas.isOpenTo(products, "analyst")).toBe(false);
  expect(areas.isOpenTo(products, null)).toBe(false);
  expect(areas.isOpenTo({ ...products, roles: "everybody" }, null)).toBe(true);
});
