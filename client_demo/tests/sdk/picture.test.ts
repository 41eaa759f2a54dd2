import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Heard, PictureHold } from "../../sdk/picture";
import type { RoomOptions } from "../../sdk/room_options";
import type { JournalPush, Snapshot } from "../../sdk/wire";
import { aQuestion, aRoom, aSnapshot } from "./scripted_socket";

const START = Date.parse("2026-11-22T10:01:00Z");

beforeEach(() => {
  vi.useFakeTimers();
  vi.setSystemTime(START);
});

afterEach(() => {
  vi.useRealTimers();
});

type Sync = "off" | "fixed" | "date";

function snapshotWith(sync: Sync, delayMs = 0, fields: Partial<Snapshot> = {}): Snapshot {
  const snapshot = { ...aSnapshot(), ...fields };
  return { ...snapshot, show: { ...snapshot.show, picture_sync: sync, picture_delay_ms: delayMs } };
}

/** A joined room with a picture that is `lateMs` behind; `date` may be set to another one, or to null. */
function aPicture(sync: Sync, { lateMs = 8_000, delayMs = 0, options = {} as Partial<RoomOptions> } = {}) {
  const made = aRoom(options);
  made.room.start();
  made.socket().open();
  made.socket().welcomes({ snapshot: snapshotWith(sync, delayMs) });
  const picture = { date: (): number | null => Date.now() - lateMs };
  const hold = new PictureHold(made.room, { date: () => picture.date() });
  const shown = (): Snapshot => {
    const snapshot = hold.view.state?.snapshot;
    if (!snapshot) throw new Error("nothing is shown");
    return snapshot;
  };
  let offset = 5;
  const push = (fields: object): void =>
    made.socket().says({ offset: ++offset, at: new Date(Date.now()).toISOString(), ...fields } as JournalPush);
  return { ...made, hold, picture, shown, push };
}

const after = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

describe("what belongs to the picture", () => {
  it.each([
    ["a pin", { type: "product.pinned", product: "p_1" }, (shown: Snapshot) => shown.pinned_product === "p_1"],
    ["a question's pin", { type: "question.pinned", question: "q_01" }, (shown: Snapshot) => shown.pinned_question === "q_01"],
    ["an announcement", { type: "announce", text: "Look", by: "host" }, (shown: Snapshot) => shown.announcement?.text === "Look"],
    [
      "an answer given live",
      {
        type: "question.answered",
        question: aQuestion("q_01", { state: "answered", version: 2, answer: { text: null, live: true, at: "" } }),
      },
      (shown: Snapshot) => shown.questions.find((each) => each.id === "q_01")?.state === "answered",
    ],
  ])("%s comes when the picture is there", async (_, fields, isShown) => {
    const { push, shown, room } = aPicture("date");
    push(fields);
    await after(7_800);
    expect(isShown(shown())).toBe(false);
    expect(room.view.state && isShown(room.view.state.snapshot)).toBe(true);
    await after(400);
    expect(isShown(shown())).toBe(true);
    expect(shown()).toEqual(room.view.state?.snapshot);
  });

  it.each([
    ["stock", { type: "product.stock", products: [{ product: "p_1", stock: 3 }] }],
    ["a question", { type: "question.posted", question: aQuestion("q_09") }],
    [
      "a written answer",
      {
        type: "question.answered",
        question: aQuestion("q_01", { state: "answered", version: 2, answer: { text: "Yes", live: false, at: "" } }),
      },
    ],
    ["the end", { type: "show.ended", show: { ...aSnapshot().show, state: "ended" } }],
  ])("%s comes at once, though a pin is held", async (_, fields) => {
    const { push, shown, room } = aPicture("date");
    push({ type: "product.pinned", product: "p_1" });
    push(fields);
    await after(0);
    const { pinned_product: pinned, ...rest } = shown();
    expect(rest).toEqual({ ...room.view.state?.snapshot, pinned_product: undefined });
    expect(pinned).toBe((fields as { type: string }).type === "show.ended" ? "p_1" : null);
  });

  it("comes in order, each at its time", async () => {
    const { push, shown } = aPicture("date");
    push({ type: "product.pinned", product: "p_1" });
    await after(1_000);
    push({ type: "product.pinned", product: "p_2" });
    push({ type: "announce", text: "Now the pot", by: "host" });
    await after(7_100);
    expect([shown().pinned_product, shown().announcement]).toEqual(["p_1", null]);
    await after(1_000);
    expect([shown().pinned_product, shown().announcement?.text]).toEqual(["p_2", "Now the pot"]);
  });
});

describe("the picture", () => {
  it("that is paused holds, and one that is moved on shows what it has passed", async () => {
    const { push, shown, picture } = aPicture("date");
    const stands = Date.now() - 8_000;
    picture.date = () => stands;
    push({ type: "product.pinned", product: "p_1" });
    await after(20_000);
    expect(shown().pinned_product).toBeNull();
    picture.date = () => Date.now() - 8_000;
    await after(100);
    expect(shown().pinned_product).toBe("p_1");
  });

  it("that is moved back takes nothing away that was shown", async () => {
    const { push, shown, picture } = aPicture("date");
    push({ type: "product.pinned", product: "p_1" });
    await after(8_100);
    picture.date = () => Date.now() - 30_000;
    await after(100);
    expect(shown().pinned_product).toBe("p_1");
    push({ type: "product.pinned", product: "p_2" });
    await after(29_000);
    expect(shown().pinned_product).toBe("p_1");
    await after(1_200);
    expect(shown().pinned_product).toBe("p_2");
  });

  it("that is lost holds nothing", async () => {
    const { push, shown, picture } = aPicture("date");
    push({ type: "product.pinned", product: "p_1" });
    await after(1_000);
    picture.date = () => null;
    await after(100);
    expect(shown().pinned_product).toBe("p_1");
  });

  it("without dates is as late as the show says", async () => {
    const { push, shown, picture } = aPicture("date", { delayMs: 5_000 });
    picture.date = () => null;
    push({ type: "product.pinned", product: "p_1" });
    await after(4_800);
    expect(shown().pinned_product).toBeNull();
    await after(300);
    expect(shown().pinned_product).toBe("p_1");
  });

  it.each([-3_600_000, 3_600_000])("whose clock is wrong by %i ms holds nothing", async (lateMs) => {
    const { push, shown } = aPicture("date", { lateMs });
    push({ type: "product.pinned", product: "p_1" });
    await after(0);
    expect(shown().pinned_product).toBe("p_1");
  });

  it("that stands for ever holds for a minute at most", async () => {
    const { push, shown, picture } = aPicture("date");
    const stands = Date.now() - 8_000;
    picture.date = () => stands;
    push({ type: "product.pinned", product: "p_1" });
    await after(60_100);
    expect(shown().pinned_product).toBe("p_1");
  });
});

describe("a hold that is loaded while the show runs", () => {
  it("holds what was pushed before, as the rest", async () => {
    const { room, push, hold } = aPicture("date");
    hold.end();
    const earlier: Heard[] = [];
    room.onPush((each, before) => earlier.push({ push: each, before: before.snapshot, at: Date.now() }));
    push({ type: "product.pinned", product: "p_1" });
    await after(1_000);
    push({ type: "product.pinned", product: "p_2" });
    const late = new PictureHold(room, { date: () => Date.now() - 8_000 }, Date.now, earlier);
    const pinned = (): unknown => late.view.state?.snapshot.pinned_product;
    await after(0);
    expect(pinned()).toBeNull();
    await after(7_200);
    expect(pinned()).toBe("p_1");
    await after(1_000);
    expect(pinned()).toBe("p_2");
  });
});

describe("a set delay", () => {
  it("goes by the server's clock, whatever this device's says", async () => {
    const { push, shown, socket } = aPicture("fixed", { delayMs: 5_000 });
    const ping = socket().last("ping");
    socket().says({ id: ping.id, type: "pong", at: new Date(Date.now() + 3_600_000).toISOString() });
    await after(0);
    push({ type: "product.pinned", product: "p_1", at: new Date(Date.now() + 3_600_000 - 2_000).toISOString() });
    await after(2_800);
    expect(shown().pinned_product).toBeNull();
    await after(400);
    expect(shown().pinned_product).toBe("p_1");
  });

  it.each(["off", "fixed"] as const)("of none, or %s, holds nothing", async (sync) => {
    const { push, shown } = aPicture(sync);
    push({ type: "product.pinned", product: "p_1" });
    await after(0);
    expect(shown().pinned_product).toBe("p_1");
  });
});

describe("what is held", () => {
  it("is not shown any more once it was taken back", async () => {
    const { push, shown, room } = aPicture("date");
    push({ type: "announce", text: "Wrong", by: "host" });
    push({ type: "announce.removed", announcement: 6 });
    await after(0);
    expect(shown().announcement).toBeNull();
    await after(10_000);
    expect(shown()).toEqual(room.view.state?.snapshot);
  });

  it("gives way to what is said of the same question later", async () => {
    const { push, shown } = aPicture("date");
    push({
      type: "question.answered",
      question: aQuestion("q_01", { state: "answered", version: 2, answer: { text: null, live: true, at: "" } }),
    });
    push({ type: "question.dismissed", question: { id: "q_01" } });
    await after(0);
    expect(shown().questions.map((each) => each.id)).toEqual(["q_02"]);
  });

  it("is still held after a cut that was recovered, and after a snapshot that says the same", async () => {
    const { push, shown, socket, sockets } = aPicture("date");
    push({ type: "product.pinned", product: "p_1" });
    socket().closes(1006);
    await after(500);
    sockets.at(-1)?.open();
    socket().welcomes({ recovered: true, position: { epoch: "k", offset: 6 } });
    await after(0);
    expect(shown().pinned_product).toBeNull();
    socket().says({ type: "gap" });
    socket().welcomes({ snapshot: snapshotWith("date", 0, { pinned_product: "p_1" }), position: { epoch: "k", offset: 6 } });
    await after(0);
    expect(shown().pinned_product).toBeNull();
    await after(8_000);
    expect(shown().pinned_product).toBe("p_1");
  });

  it("is forgotten when a snapshot says something else", async () => {
    const { push, shown, socket } = aPicture("date");
    push({ type: "product.pinned", product: "p_1" });
    socket().says({ type: "gap" });
    socket().welcomes({ snapshot: snapshotWith("date", 0, { pinned_product: "p_2" }), position: { epoch: "k", offset: 9 } });
    await after(0);
    expect(shown().pinned_product).toBe("p_2");
  });

  it("is shown once nothing is to be held any more", async () => {
    const { push, shown, hold } = aPicture("date");
    push({ type: "product.pinned", product: "p_1" });
    await after(0);
    expect(shown().pinned_product).toBeNull();
    hold.end();
    expect(shown().pinned_product).toBe("p_1");
    expect(vi.getTimerCount()).toBeLessThan(10);
  });

  it("is told when it changes, and not between", async () => {
    const { push, hold } = aPicture("date");
    const told = vi.fn();
    await after(0);
    hold.subscribe(told);
    push({ type: "product.pinned", product: "p_1" });
    await after(7_500);
    const before = told.mock.calls.length;
    await after(300);
    expect(told.mock.calls.length).toBe(before);
    await after(400);
    expect(told.mock.calls.length).toBe(before + 1);
  });
});
