import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { answersOf, applyMoment, beginReplay, chaptersOf, type Moment, Timeline } from "../../sdk/replay";
import { COMMENTS_SHOWN_MAX, CommentRun, type PlacedComment } from "../../sdk/replay_source";
import type { Snapshot } from "../../sdk/wire";
import { aQuestion, aSnapshot } from "./scripted_socket";

const JOURNALS = new URL("../../../tests/contract/journals/", import.meta.url);
const read = (name: string): unknown => JSON.parse(readFileSync(new URL(name, JOURNALS), "utf8"));
const { moments } = read("a_replay.json") as { moments: Moment[] };
const recorded = read("a_show_for_viewers.json") as { end: Snapshot };
const { show } = aSnapshot();
const AT = "2026-11-22T10:02:00Z";

/** What is seen at a place, read from the start. */
function fromTheStart(showMs: number, all: readonly Moment[] = moments) {
  const count = all.findIndex((each) => each.show_ms > showMs);
  return all.slice(0, count < 0 ? undefined : count).reduce(applyMoment, beginReplay(show));
}

function aTimeline(all: readonly Moment[] = moments): Timeline {
  const timeline = new Timeline(show);
  timeline.add(all);
  return timeline;
}

function announce(show_ms: number, offset: number): Moment {
  return { show_ms, push: { type: "announce", offset, at: AT, text: `Line ${offset}`, by: "host" } };
}

describe("the recorded replay", () => {
  it("ends with what viewers saw at the end of the show", () => {
    const { snapshot } = aTimeline().at(Number.POSITIVE_INFINITY).room;
    const { end } = recorded;
    expect(snapshot.pinned_product).toBe(end.pinned_product);
    expect(snapshot.pinned_question).toBe(end.pinned_question);
    expect(snapshot.announcement).toEqual(end.announcement);
    expect(snapshot.offers).toEqual(end.offers);
    expect(snapshot.auctions).toEqual(end.auctions);
    const live = end.questions.filter((each) => each.replay_ms === undefined && each.text !== "–");
    expect(snapshot.questions.map((each) => each.id)).toEqual(live.map((each) => each.id));
  });

  it("is the same at a place whichever way one comes to it", () => {
    const places = [...new Set(moments.map((each) => each.show_ms))];
    const seeks = [...places, ...places.toReversed(), ...places.map((_, i) => places[(i * 7) % places.length] as number)];
    const timeline = aTimeline();
    for (const place of seeks) expect(timeline.at(place)).toEqual(fromTheStart(place));
  });

  it("is the same however many moments at once it came in", () => {
    const timeline = new Timeline(show);
    for (let i = 0; i < moments.length; i += 5) {
      timeline.add(moments.slice(i, i + 5));
      timeline.at(Number.POSITIVE_INFINITY);
    }
    for (const { show_ms } of moments) expect(timeline.at(show_ms)).toEqual(fromTheStart(show_ms));
  });

  it("knows what a product cost when it was pinned, and after its price changed", () => {
    const [pin, changed] = ["product.pinned", "product.changed"].map((type) =>
      moments.findIndex(({ push }) => push.type === type),
    );
    const until = (count: number | undefined) => moments.slice(0, (count ?? 0) + 1).reduce(applyMoment, beginReplay(show));
    expect(until(pin).shown["p_bowl"]).toMatchObject({ price: 2500, currency: "JPY" });
    expect(pin).toBeLessThan(changed ?? 0);
    expect(aTimeline().at(Number.POSITIVE_INFINITY).shown["p_apron"]).toMatchObject({ price: 1200 });
  });
});

describe("a timeline", () => {
  it("of a very long show is the same at any place, and back again", () => {
    const all = Array.from({ length: 20_000 }, (_, i) => announce(i, i + 1));
    const timeline = aTimeline(all);
    for (const place of [19_999, 8_191, 8_192, 63, 12_345, 0])
      expect(timeline.at(place).room.snapshot.announcement?.text).toBe(`Line ${place + 1}`);
  });

  it("keeps the order of the offsets where clocks of servers differ", () => {
    const timeline = aTimeline([announce(2_000, 1), announce(1_990, 2)]);
    expect(timeline.at(1_995).room.snapshot.announcement).toBeNull();
    expect(timeline.at(2_000).room.snapshot.announcement?.text).toBe("Line 2");
  });

  it("goes back over many moments to the same", () => {
    const many = Array.from({ length: 500 }, (_, i) => announce(i, i + 1));
    const timeline = aTimeline(many);
    for (const place of [499, 3, 64, 63, 128, -1, 400]) expect(timeline.at(place)).toEqual(fromTheStart(place, many));
  });
});

describe("chapters", () => {
  const answered = (offset: number, show_ms: number, said: number | null): Moment => ({
    show_ms,
    push: {
      type: "question.answered",
      offset,
      at: AT,
      question: aQuestion("q_1", {
        state: "answered",
        answer: { text: null, live: true, at: AT, ...(said !== null && { show_ms: said }) },
      }),
    },
  });
  const reopened: Moment = {
    show_ms: 9_000,
    push: { type: "question.restored", offset: 9, at: AT, question: aQuestion("q_1") },
  };

  it("of an answer by voice begin where the voice does", () => {
    expect(answersOf([answered(1, 8_000, 5_000)]).get("q_1")?.showMs).toBe(5_000);
    expect(answersOf([answered(1, 8_000, null)]).get("q_1")?.showMs).toBe(8_000);
  });

  it("of an answer that was taken back there are none; of two answers the last one's", () => {
    expect(answersOf([answered(1, 8_000, 5_000), reopened]).size).toBe(0);
    expect(answersOf([answered(1, 8_000, 5_000), reopened, answered(10, 12_000, 11_000)]).get("q_1")?.showMs).toBe(11_000);
  });

  it("of the recorded replay stand in the order of their places, each called by its name", () => {
    const chapters = chaptersOf(moments);
    expect(chapters.map((each) => each.showMs)).toEqual(chapters.map((each) => each.showMs).toSorted((a, b) => a - b));
    expect(new Set(chapters.map((each) => each.kind))).toEqual(
      new Set(["pin", "offer", "poll", "giveaway", "auction", "announcement"]),
    );
    expect(chapters.find((each) => each.kind === "pin")).toMatchObject({ about: "p_bowl", text: "p_bowl" });
    expect(chapters.filter((each) => each.text === "" && each.kind !== "announcement")).toEqual([]);
  });
});

describe("comments", () => {
  const all: PlacedComment[] = Array.from({ length: 300 }, (_, i) => ({
    id: `cm_${i}`,
    text: `${i}`,
    author: "Aoi",
    at: AT,
    n: i + 1,
    show_ms: i * 1_000,
  }));
  const source = {
    commentsAfter: async (after: number) => {
      const page = all.filter((each) => each.n > after).slice(0, 100);
      return { comments: page, next: page.at(-1) === all.at(-1) ? null : (page.at(-1)?.n ?? null) };
    },
    commentsUntil: async (showMs: number, limit: number) => ({
      comments: all.filter((each) => each.show_ms <= showMs).slice(-limit),
      next: null,
    }),
  };

  /** Asks until it is known. */
  async function seen(run: CommentRun, showMs: number): Promise<number[]> {
    for (;;) {
      const found = run.at(showMs);
      if (found) return found.map((each) => each.n);
      await new Promise((done) => setTimeout(done));
    }
  }

  const expected = (showMs: number) =>
    all
      .filter((each) => each.show_ms <= showMs)
      .slice(-COMMENTS_SHOWN_MAX)
      .map((each) => each.n);

  it("are the last ones up to the place, forward and back", async () => {
    const run = new CommentRun(source, () => undefined);
    for (const place of [0, 500, 200_000, 200_500, 219_000, 150_000, 290_000, 400_000, 30_000, -5])
      expect(await seen(run, place)).toEqual(expected(place));
  });

  it("are read a page at a time as the place moves on, and no place is read twice", async () => {
    let reads = 0;
    const counted = {
      commentsUntil: source.commentsUntil,
      commentsAfter: (after: number) => {
        reads++;
        return source.commentsAfter(after);
      },
    };
    const run = new CommentRun(counted, () => undefined);
    for (let place = 0; place < 299_000; place += 1_000) expect(await seen(run, place)).toEqual(expected(place));
    expect(reads).toBeLessThanOrEqual(4);
  });
});
