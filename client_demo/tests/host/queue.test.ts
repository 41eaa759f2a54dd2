import { describe, expect, it } from "vitest";
import {
  afterLeaving,
  countStates,
  countWaiting,
  inOrder,
  type Known,
  letIn,
  neighbour,
  rowsOf,
  withVotes,
} from "../../host/queue";
import type { Question, QuestionState } from "../../sdk/wire";

function question(id: string, state: QuestionState, more: Partial<Question> = {}): Question {
  return {
    id,
    text: id,
    author: "Mika",
    state,
    votes: 0,
    version: 0,
    asked_at: `2026-01-01T10:00:0${id.at(-1)}Z`,
    answer: null,
    ...more,
  };
}

function knowing(...questions: Question[]): Known {
  return new Map(questions.map((each) => [each.id, each]));
}

const nobody = new Set<string>();

describe("an order", () => {
  it("goes by what questions do not say themselves, then by votes, and stays newest first where that is wished", () => {
    const all = knowing(
      question("q1", "open", { votes: 1 }),
      question("q2", "open", { votes: 9 }),
      question("q3", "answering", { votes: 2 }),
    );
    const first = (each: Question) => (each.id === "q2" ? 1 : 0);
    expect(letIn("open", all, "repeat_buyers", first)).toEqual(["q3", "q1", "q2"]);
    expect(letIn("open", all, "newest")).toEqual(["q3", "q2", "q1"]);
    expect(letIn("open", all, "votes")).toEqual(["q2", "q3", "q1"]);
  });
});

describe("votes that count apart", () => {
  it("stand beside the others and move no question", () => {
    const many = withVotes(question("q1", "open", { votes: 1, votes_apart: 0 }), { votes: 1, votes_apart: 300 });
    expect(many).toMatchObject({ votes: 1, votes_apart: 300 });
    expect(letIn("open", knowing(many, question("q2", "open", { votes: 2 })), "votes")).toEqual(["q2", "q1"]);
  });

  it("never fall behind what was pushed, whichever is older", () => {
    const pushed = { votes: 4, votes_apart: 7 };
    expect(withVotes(question("q1", "open", { votes: 5, votes_apart: 2 }), pushed)).toMatchObject({ votes: 5, votes_apart: 7 });
  });
});

describe("the order of a tab", () => {
  it("reviews who waits longest first", () => {
    const known = knowing(question("q2", "pending"), question("q1", "pending"), question("q3", "open"));
    expect(letIn("pending", known, "votes")).toEqual(["q1", "q2"]);
  });

  it("puts open questions by votes, equal ones by age, or all by age", () => {
    const known = knowing(question("q1", "open"), question("q2", "open", { votes: 3 }), question("q3", "open", { votes: 3 }));
    expect(letIn("open", known, "votes")).toEqual(["q2", "q3", "q1"]);
    expect(letIn("open", known, "oldest")).toEqual(["q1", "q2", "q3"]);
  });

  it("shows what was answered last first", () => {
    const answered = (id: string, at: string): Question => question(id, "answered", { answer: { text: null, live: true, at } });
    const found = inOrder("answered", [answered("q1", "2026-01-01T10:05:00Z"), answered("q2", "2026-01-01T10:09:00Z")], "votes");
    expect(found.map((each) => each.id)).toEqual(["q2", "q1"]);
  });
});

describe("nothing moves by itself", () => {
  it("counts what is new and leaves it outside", () => {
    const order = letIn("open", knowing(question("q1", "open")), "votes");
    const later = knowing(question("q1", "open"), question("q2", "open", { votes: 9 }), question("q3", "pending"));
    expect(rowsOf("open", order, later, nobody).map((row) => row.question.id)).toEqual(["q1"]);
    expect(countWaiting("open", order, later)).toBe(1);
    expect(letIn("open", later, "votes")).toEqual(["q2", "q1"]);
  });

  it("keeps rows in their place when votes come in", () => {
    const order = letIn("open", knowing(question("q1", "open"), question("q2", "open")), "votes");
    const later = knowing(question("q1", "open"), question("q2", "open", { votes: 50 }));
    expect(rowsOf("open", order, later, nobody).map((row) => row.question.id)).toEqual(["q1", "q2"]);
  });

  it("marks what a colleague took, and takes away what this person moved", () => {
    const order = ["q1", "q2", "q3"];
    const known = knowing(question("q1", "answered"), question("q2", "dismissed"), question("q3", "open"));
    expect(rowsOf("open", order, known, new Set(["q1"])).map((row) => [row.question.id, row.standing])).toEqual([
      ["q2", "moved"],
      ["q3", "here"],
    ]);
  });

  it("brings an undone question back to where it was", () => {
    const order = ["q1", "q2"];
    const known = knowing(question("q1", "open", { version: 2 }), question("q2", "open"));
    expect(rowsOf("open", order, known, new Set(["q1"])).map((row) => row.question.id)).toEqual(["q1", "q2"]);
  });
});

describe("the next question", () => {
  const rows = rowsOf(
    "open",
    ["q1", "q2", "q3"],
    knowing(question("q1", "open"), question("q2", "dismissed"), question("q3", "open")),
    nobody,
  );

  it("is the one after, past those a colleague took, else the one before", () => {
    expect(afterLeaving(rows, "q1")).toBe("q3");
    expect(afterLeaving(rows, "q3")).toBe("q1");
    expect(afterLeaving(rows.slice(0, 1), "q1")).toBeNull();
  });

  it("stops at both ends", () => {
    expect(neighbour(rows, "q1", -1)).toBe("q1");
    expect(neighbour(rows, "q1", 1)).toBe("q2");
    expect(neighbour(rows, "q3", 1)).toBe("q3");
    expect(neighbour(rows, "gone")).toBe("q1");
    expect(neighbour([], null)).toBeNull();
  });
});

it("counts every state", () => {
  const known = knowing(question("q1", "open"), question("q2", "open"), question("q3", "pending"));
  expect(countStates(known)).toEqual({ pending: 1, open: 2, answered: 0, dismissed: 0 });
});
