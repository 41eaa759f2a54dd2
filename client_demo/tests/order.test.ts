import { describe, expect, it } from "vitest";
import { orderOf } from "../viewer/questions/order";
import { aQuestion } from "./sdk/scripted_socket";

describe("the order of questions", () => {
  const three = [
    aQuestion("q_3", { votes: 1 }),
    aQuestion("q_2", { votes: 5, state: "answered" }),
    aQuestion("q_1", { votes: 2 }),
  ];

  it("by age is the server's", () => {
    expect(orderOf(three, "newest", [])).toEqual(["q_3", "q_2", "q_1"]);
  });

  it("by votes puts open ones first", () => {
    expect(orderOf(three, "wanted", [])).toEqual(["q_1", "q_3", "q_2"]);
  });

  it("by votes stays where it is while people vote, and takes new ones on top", () => {
    const voted = [aQuestion("q_4"), aQuestion("q_3", { votes: 99 }), ...three.slice(2)];
    expect(orderOf(voted, "wanted", ["q_1", "q_3", "q_2"])).toEqual(["q_4", "q_1", "q_3"]);
  });
});
