import { expect, test } from "vitest";
import { changesOf, compare, resolve } from "../../studio/versions";

const BASE = { name: "Teapot", price: "3200", tags: ["tea"] };

test("only what differs is a change, and what was put back is none", () => {
  expect(changesOf(BASE, { name: "Teapot", price: "3300", tags: ["tea"] })).toEqual({ price: "3300" });
});

test("fields that both sides have alike are not asked about", () => {
  const theirs = { ...BASE, price: "3300" };
  expect(compare(BASE, { price: "3300" }, theirs)).toEqual([]);
});

test("what one side changed is taken from it, what both changed is mine until I say otherwise", () => {
  const theirs = { name: "Tea pot", price: "3100", tags: ["tea"] };
  const found = compare(BASE, { price: "3300", tags: ["tea", "gift"] }, theirs);
  expect(found.map(({ name, both, side }) => [name, both, side])).toEqual([
    ["name", false, "theirs"],
    ["price", true, "mine"],
    ["tags", false, "mine"],
  ]);
  expect(resolve(found, new Map())).toEqual({ price: "3300", tags: ["tea", "gift"] });
  expect(resolve(found, new Map([["price", "theirs"]]))).toEqual({ tags: ["tea", "gift"] });
});

test("their change can be taken back by choosing the old value", () => {
  const found = compare(BASE, {}, { ...BASE, name: "Tea pot" });
  expect(resolve(found, new Map([["name", "mine"]]))).toEqual({ name: "Teapot" });
});
