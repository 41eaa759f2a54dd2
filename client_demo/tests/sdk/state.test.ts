import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { applyPulse, applyPush, begin, place, type RoomState } from "../../sdk/state";
import type { JournalPush, Position, Product, Pulse, Snapshot } from "../../sdk/wire";
import { aQuestion, aSnapshot, posted } from "./scripted_socket";

const AT = "2026-11-22T10:02:00Z";

function aState(): RoomState {
  return begin({ epoch: "k", offset: 5 }, aSnapshot(), null);
}

function after(...pushes: JournalPush[]): Snapshot {
  return pushes.reduce(applyPush, aState()).snapshot;
}

describe("a journal push", () => {
  it("of a question puts it first; the same question again takes its place", () => {
    const answered = aQuestion("q_01", { state: "answered", answer: { text: "Yes", live: false, at: AT } });
    const now = after(posted(6, "q_03"), { type: "question.answered", offset: 7, at: AT, question: answered });
    expect(now.questions.map((each) => each.id)).toEqual(["q_03", "q_02", "q_01"]);
    expect(now.questions[2]?.answer?.text).toBe("Yes");
  });

  it("of a dismissal removes the question for a viewer and keeps it for staff", () => {
    const seen = after({ type: "question.dismissed", offset: 6, at: AT, question: { id: "q_01" } });
    expect(seen.questions.map((each) => each.id)).toEqual(["q_02"]);
    const whole = aQuestion("q_01", { state: "dismissed", dismissed_reason: "spam", moderated_by: "Mio" });
    const staff = after({ type: "question.dismissed", offset: 6, at: AT, question: whole });
    expect(staff.questions[1]?.state).toBe("dismissed");
  });

  it("of votes and stock changes those alone", () => {
    const now = after(
      { type: "question.voted", offset: 6, at: AT, votes: [{ question: "q_02", votes: 9 }] },
      { type: "product.stock", offset: 7, at: AT, products: [{ product: "p_2", stock: 0 }] },
    );
    expect(now.questions.map((each) => each.votes)).toEqual([9, 0]);
    expect(now.products.map((each) => each.stock)).toEqual([10, 0]);
    expect(now).not.toHaveProperty("sales");
  });

  it("of products puts each in its place, with its variants, and takes away what is sold no more", () => {
    const sizes = ["S", "L"].map((size) => ({ id: `v_${size}`, options: { Size: size }, price: 100, stock: 3, image: "" }));
    const shirt = { ...(aSnapshot().products[0] as Product), id: "p_0", rank: 1, stock: 0, options: ["Size"], variants: sizes };
    const now = after(
      { type: "product.changed", offset: 6, at: AT, products: [shirt], removed: ["p_1"] },
      { type: "product.stock", offset: 7, at: AT, products: [{ product: "v_L", stock: 1 }] },
    );
    expect(now.products.map((each) => each.id)).toEqual(["p_0", "p_2"]);
    expect(now.products[0]?.variants?.map((each) => each.stock)).toEqual([3, 1]);
    expect(
      applyPulse({ ...aState(), snapshot: now }, { type: "pulse", stock: { v_S: 0 } }).snapshot.products[0]?.variants?.[0]?.stock,
    ).toBe(0);
  });

  it("that is withheld, or of a kind that came later, moves the position and nothing else", () => {
    const state = applyPush(aState(), { type: "withheld", offset: 6, at: AT });
    expect(state.position.offset).toBe(6);
    expect(state.snapshot).toEqual(aSnapshot());
    const later = applyPush(state, { type: "poll.opened", offset: 7, at: AT } as unknown as JournalPush);
    expect(later.snapshot).toEqual(aSnapshot());
  });

  it("never changes the state that it was applied to", () => {
    const before = aState();
    applyPush(before, posted(6));
    applyPulse(before, { type: "pulse", stock: { p_1: 0 }, viewers: 4 });
    expect(before).toEqual(aState());
  });

  it("keeps the newest 200 questions", () => {
    const many = Array.from({ length: 300 }, (_, i) => posted(6 + i, `q_${String(i + 1000)}`));
    const now = after(...many);
    expect(now.questions).toHaveLength(200);
    expect(now.questions[0]?.id).toBe("q_1299");
  });
});

describe("a pulse", () => {
  it("changes what is in it, and the rest stays", () => {
    const first = applyPulse(aState(), { type: "pulse", viewers: 10, reactions: { heart: 3 } });
    const second = applyPulse(first, { type: "pulse", reactions: { fire: 1 }, stock: { p_1: 7 } });
    expect(second).toMatchObject({ viewers: 10, reactions: { heart: 3, fire: 1 } });
    expect(second.snapshot.products[0]?.stock).toBe(7);
  });

  const whole: Required<Pulse> = {
    type: "pulse",
    viewers: 10,
    reactions: { heart: 3 },
    stock: { p_1: 7 },
    degraded: true,
    reactions_apart: 5,
  };

  it.each(Object.keys(whole))("that says nothing of %s leaves it as it was", (field) => {
    const told = applyPulse(aState(), whole);
    const without = Object.fromEntries(Object.entries(whole).filter(([name]) => name !== field));
    expect(applyPulse(told, without as unknown as Pulse)).toEqual(told);
    expect(applyPulse(told, { type: "pulse" })).toEqual(told);
  });

  it("is what a fresh snapshot begins with, until the first one after it says more", () => {
    const told = applyPulse(aState(), whole);
    const anew = begin({ epoch: "k2", offset: 9 }, aSnapshot(), told);
    expect(anew).toMatchObject({ viewers: 10, reactions: { heart: 3 }, degraded: true, apart: 5 });
    expect(applyPulse(anew, { type: "pulse", viewers: 11, degraded: false })).toMatchObject({ viewers: 11, degraded: false });
  });
});

describe("an offset", () => {
  it("is the next, seen, or a jump", () => {
    const position: Position = { epoch: "k", offset: 5 };
    expect([4, 5, 6, 7].map((offset) => place(position, offset))).toEqual(["seen", "seen", "next", "jump"]);
  });
});

// Recorded from a running server: a snapshot, the pushes after it, and the snapshot that a newcomer got at their end.
interface Recording {
  position: Position;
  snapshot: Snapshot;
  pushes: JournalPush[];
  end: Snapshot;
}

const JOURNALS = new URL("../../../tests/contract/journals/", import.meta.url);

describe("a snapshot with the pushes after it applied equals a fresh one", () => {
  const names = readdirSync(JOURNALS).filter((name) => name.startsWith("a_show_"));

  it("in at least one recording", () => {
    expect(names.length).toBeGreaterThan(0);
  });

  it.each(names)("in %s", (name) => {
    const recording = JSON.parse(readFileSync(new URL(name, JOURNALS), "utf8")) as Recording;
    const state = recording.pushes.reduce(applyPush, begin(recording.position, recording.snapshot, null));
    expect(state.snapshot).toEqual(recording.end);
  });
});
