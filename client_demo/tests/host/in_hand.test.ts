import { describe, expect, it } from "vitest";
import { keepPlaces } from "../../host/products";
import { letInBeside } from "../../host/queue";
import { Toggle } from "../../host/toggle";
import type { Product } from "../../sdk/wire";

const product = (id: string, stock = 1): Product => ({
  id,
  title: id,
  description: "",
  image: "",
  price: 1,
  rank: 0,
  currency: "JPY",
  stock,
});

describe("products keep their places", () => {
  it("when one disappears, others change their order, and one is new", () => {
    const before = keepPlaces([], [product("p1"), product("p2"), product("p3")]);
    const after = keepPlaces(before, [product("p4"), product("p3", 7), product("p1")]);
    expect(after.map((place) => [place.product.id, place.gone, place.product.stock])).toEqual([
      ["p1", false, 1],
      ["p2", true, 1],
      ["p3", false, 7],
      ["p4", false, 1],
    ]);
  });

  it("and one that comes back is where it was", () => {
    const gone = keepPlaces(keepPlaces([], [product("p1"), product("p2")]), [product("p2")]);
    expect(keepPlaces(gone, [product("p1"), product("p2")]).map((place) => place.gone)).toEqual([false, false]);
  });
});

describe("a switch that a colleague turned a moment ago", () => {
  const at = (ms: { now: number }): Toggle => new Toggle(() => ms.now);

  it("does what the person saw", () => {
    const ms = { now: 1000 };
    const pin = at(ms);
    pin.learn(null);
    pin.learn("q1");
    expect(pin.press("q1")).toBe("q1");
    ms.now += 700;
    expect(pin.press("q1")).toBeNull();
  });

  it("turned off by the colleague stays off", () => {
    const ms = { now: 1000 };
    const pin = at(ms);
    pin.learn("q1");
    ms.now += 5000;
    pin.learn(null);
    expect(pin.press("q1")).toBeNull();
    expect(pin.press("q2")).toBe("q2");
  });

  it("is what is drawn first when the page comes", () => {
    const pin = at({ now: 1000 });
    pin.learn("q1");
    expect(pin.press("q1")).toBeNull();
  });

  it("turned by the person themselves turns back at once", () => {
    const pin = at({ now: 1000 });
    pin.learn(null);
    expect(pin.press("q1")).toBe("q1");
    pin.learn("q1");
    expect(pin.press("q1")).toBeNull();
  });
});

describe("letting in", () => {
  it("leaves a question in its place to which an answer was begun", () => {
    const keeps = (id: string): boolean => id === "q2";
    expect(letInBeside(["q9", "q1", "q3"], ["q1", "q2", "q3", "q4"], keeps)).toEqual(["q9", "q1", "q2", "q3"]);
    expect(letInBeside(["q9"], ["q2", "q3"], keeps)).toEqual(["q2", "q9"]);
  });
});
