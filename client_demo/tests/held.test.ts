import { describe, expect, it } from "vitest";
import type { JournalPush, Question } from "../sdk";
import { HeldQuestions } from "../viewer/questions/held";
import { orderOf, placeOf, upTo } from "../viewer/questions/order";
import { aQuestion } from "./sdk/scripted_socket";

const AT = { offset: 1, at: "" };
const voted = (question: string, votes: number): JournalPush => ({ ...AT, type: "question.voted", votes: [{ question, votes }] });
const dismissed = (id: string): JournalPush => ({ ...AT, type: "question.dismissed", question: { id } });

describe("pages beside a live room", () => {
  it("bring nothing twice, and nothing older than what was pushed", () => {
    const held = new HeldQuestions([aQuestion("q_2", { version: 3, state: "answered" })]);
    held.take([aQuestion("q_2", { version: 1 }), aQuestion("q_1")]);
    expect([...held.byId.values()].map((each) => [each.id, each.version])).toEqual([
      ["q_2", 3],
      ["q_1", aQuestion("q_1").version],
    ]);
  });

  it("keep the votes of a question that was not held when they were pushed", () => {
    const held = new HeldQuestions();
    held.hear(voted("q_1", 12));
    held.take([aQuestion("q_1", { votes: 9 })]);
    expect(held.byId.get("q_1")?.votes).toBe(12);
    held.hear(voted("q_1", 13));
    expect(held.byId.get("q_1")?.votes).toBe(13);
  });

  it("do not bring back what was dismissed meanwhile, until it is restored", () => {
    const held = new HeldQuestions([aQuestion("q_1")]);
    held.hear(dismissed("q_1"));
    held.hear(dismissed("q_0"));
    held.take([aQuestion("q_1"), aQuestion("q_0")]);
    expect(held.byId.size).toBe(0);
    held.hear({ ...AT, type: "question.restored", question: aQuestion("q_1", { version: 2 }) });
    expect(held.byId.get("q_1")?.version).toBe(2);
  });

  it("are joined by the question that a pin brings along", () => {
    const held = new HeldQuestions();
    held.hear({ ...AT, type: "question.pinned", question: "q_0", pinned: aQuestion("q_0") });
    expect(held.byId.has("q_0")).toBe(true);
  });
});

describe("what is shown while pages are missing", () => {
  const all = [
    aQuestion("q_9", { votes: 1 }),
    aQuestion("q_8", { votes: 7 }),
    aQuestion("q_2", { votes: 30 }),
    aQuestion("q_1", { votes: 4 }),
  ];
  const ids = (questions: readonly Question[]): string[] => questions.map((each) => each.id);

  it("ends at the last that was loaded, by age", () => {
    expect(ids(upTo(all, "newest", placeOf(aQuestion("q_8")), []))).toEqual(["q_9", "q_8"]);
  });

  it("ends at the last that was loaded, by votes, but for new ones and those that are shown", () => {
    const last = placeOf(aQuestion("q_8", { votes: 7 }));
    expect(ids(upTo(all, "wanted", last, []))).toEqual(["q_8", "q_2"]);
    expect(ids(upTo(all, "wanted", last, ["q_1", "q_8"]))).toEqual(["q_9", "q_8", "q_2", "q_1"]);
  });

  it("older ones that were loaded come behind, new ones on top", () => {
    expect(orderOf(all, "wanted", ["q_8", "q_2"])).toEqual(["q_9", "q_8", "q_2", "q_1"]);
  });
});
