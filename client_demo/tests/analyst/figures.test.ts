import { describe, expect, it } from "vitest";
import { cellText } from "../../analyst/download";
import type { Ratio, ShowReport } from "../../analyst/report";
import { changeOf, type Figure, groupsOf } from "../../analyst/show/figures";
import given from "./cells.json";

const ratio = (part: number, whole: number): Ratio => ({
  part,
  whole,
  share: whole ? part / whole : null,
});

const NONE = { orders: 0, units: 0, gmv_minor: 0 };

const REPORT: ShowReport = {
  definition_version: 2,
  as_of: "2026-01-01T11:00:00Z",
  provisional: true,
  show: {
    id: "s",
    channel: "c",
    title: "t",
    host: "h",
    state: "live",
    started_at: "2026-01-01T10:00:00Z",
    ended_at: null,
    duration_seconds: 3600,
  },
  left_out: {
    suspected_bots: 1,
    staff: 2,
    without_a_view: 2,
    guests_without_consent: 3,
    buyers_without_consent: 4,
  },
  headlines: [],
  audience: {
    viewers: 412,
    guests: 188,
    views: 450,
    visits: 470,
    replay_viewers: null,
    viewers_in_all: null,
    watch_time: {
      total_seconds: 400_000,
      mean_seconds: 970.9,
      median_seconds: 612,
    },
    concurrency: { peak: 231, peak_at: null, average: 111.1 },
    retention: [],
  },
  engagement: {
    engaged: ratio(290, 412),
    reactions: {
      sent: 5312,
      without_a_view: 12,
      senders: 241,
      mean_per_sender: 22,
    },
    votes: 310,
    votes_without_a_view: 0,
    shares: 24,
    shares_without_a_view: 1,
    sharers: 20,
  },
  questions: {
    askers: ratio(41, 412),
    asked: 48,
    asked_without_a_view: 2,
    answered: ratio(34, 45),
    open: 11,
    pending: 3,
    dismissed: 6,
    median_answer_seconds: null,
  },
  funnel: { window: "live", steps: [], median_seconds_to_convert: null },
  clicks: {
    ctr: { per_viewer: ratio(164, 377), per_action: ratio(290, 2300) },
    ctor: { per_viewer: ratio(61, 164), per_action: ratio(70, 290) },
  },
  conversion: [
    {
      window: "live",
      closes_at: null,
      provisional: true,
      rate: ratio(61, 412),
      without_a_view: 2,
    },
    {
      window: "24h",
      closes_at: null,
      provisional: true,
      rate: null,
      without_a_view: null,
    },
  ],
  money: [
    {
      currency: "JPY",
      orders: 70,
      units: 82,
      gmv_minor: 318_400,
      without_a_view: { orders: 2, units: 3, gmv_minor: 9_000 },
      suspected_bots: null,
      staff: { orders: 1, units: 1, gmv_minor: 700 },
      reported: null,
      refunded_minor: 0,
      net_minor: 318_400,
      aov_minor: 4549,
      gpm_minor: 707_556,
    },
    {
      currency: "USD",
      orders: 1,
      units: 1,
      gmv_minor: 900,
      without_a_view: NONE,
      suspected_bots: NONE,
      staff: NONE,
      reported: null,
      refunded_minor: 0,
      net_minor: 900,
      aov_minor: 900,
      gpm_minor: null,
    },
  ],
  repeat: {
    window_days: 90,
    viewers_before: ratio(96, 224),
    viewers_again: null,
    viewers_again_known_at: "2026-04-01T10:00:00Z",
    buyers_before: null,
    buyers_seen_before: ratio(0, 0),
    buyers_in_period: null,
  },
  surveys: [],
  products: [],
};

const all = groupsOf(REPORT).flatMap((group) => group.figures);
const find = (key: string): Figure | undefined => all.find((figure) => figure.key === key);

describe("the figures of a report", () => {
  it("carry their two numbers beside a share", () => {
    expect(find("conversion_live")).toMatchObject({
      amount: 61 / 412,
      of: { part: 61, whole: 412 },
      provisional: true,
    });
  });

  it("keep null apart from zero", () => {
    expect(find("conversion_24h")?.amount).toBeNull();
    expect(find("viewers_again")).toMatchObject({
      amount: null,
      knownAt: "2026-04-01T10:00:00Z",
    });
    expect(find("buyers_seen_before")).toMatchObject({
      amount: null,
      of: { part: 0, whole: 0 },
    });
    expect(find("replay_viewers")).toMatchObject({
      amount: null,
      unknown: "replay",
    });
    expect(find("net")).toMatchObject({ amount: 318_400 });
  });

  it("tell beside each total what is of people without a view, and nothing where there is none", () => {
    const beside = Object.fromEntries(all.flatMap((figure) => (figure.beside ? [[figure.key, figure.beside]] : [])));
    expect(beside).toEqual({
      conversion_live: { key: "buyers", amount: 2 },
      reactions: { key: "part", amount: 12 },
      shares: { key: "part", amount: 1 },
      asked: { key: "part", amount: 2 },
      gmv: { key: "money", amount: 9_000 },
      orders: { key: "part", amount: 2 },
      units: { key: "part", amount: 3 },
    });
  });

  it("never mix currencies, and have one name for each figure of each", () => {
    expect(all.filter((figure) => figure.key === "gmv").map((figure) => [figure.currency, figure.amount])).toEqual([
      ["JPY", 318_400],
      ["USD", 900],
    ]);
    expect(all.filter((figure) => figure.key === "orders").map((figure) => figure.currency)).toEqual(["JPY", "USD"]);
    expect(all.filter((figure) => figure.named).length).toBe(4);
    const names = all.map((figure) => `${figure.key} ${figure.currency ?? ""}`);
    expect(names.length).toBe(new Set(names).size);
  });

  it("tell apart what staff and suspected bots bought, where they bought anything", () => {
    expect(find("staff_sales")).toMatchObject({ amount: 700, currency: "JPY" });
    expect(find("bot_sales")).toBeUndefined();
  });

  it("say of a window after the end, once it is known, that nobody bought in it", () => {
    const window = (name: "live" | "24h" | "7d", rate: Ratio | null) => ({
      window: name,
      closes_at: null,
      provisional: true,
      rate,
      without_a_view: null,
    });
    const conversion = [window("live", ratio(61, 412)), window("24h", ratio(61, 412)), window("7d", ratio(64, 412))];
    const noted = (report: ShowReport) =>
      groupsOf(report)
        .flatMap((group) => group.figures)
        .filter((figure) => figure.note === "nothing_after")
        .map((figure) => figure.key);
    expect(noted({ ...REPORT, conversion })).toEqual(["conversion_24h"]);
    expect(noted(REPORT)).toEqual([]);
  });

  it("have those of a replay in a group of their own, where there is one", () => {
    const money = [{ currency: "JPY", orders: 2, units: 3, gmv_minor: 5_000 }];
    const done = { questions: 2, answered: 1, reactions: 7, impressions: 9, clicks: 4, shares: 1 };
    const replay = { viewers: 2, watched_seconds: 90, ...done, engaged: { part: 1, whole: 2, share: 0.5 }, money };
    const groups = groupsOf({ ...REPORT, replay });
    expect(groups.at(-1)?.key).toBe("replay");
    expect(groups.at(-1)?.figures.map(({ key, amount }) => [key, amount])).toEqual([
      ["replay_watched", 90],
      ["replay_engaged", 0.5],
      ["replay_questions", 2],
      ["replay_reactions", 7],
      ["replay_clicks", 4],
      ["replay_shares", 1],
      ["replay_orders", 2],
      ["replay_gmv", 5_000],
    ]);
    expect(groupsOf(REPORT).map((group) => group.key)).not.toContain("replay");
  });
});

describe("a change against another show", () => {
  const figure = (kind: Figure["kind"], amount: number | null, currency?: string): Figure => ({
    key: "gmv",
    kind,
    amount,
    ...(currency && { currency }),
  });

  it("of a share is in percentage points, of anything else relative", () => {
    expect(changeOf(figure("share", 0.15), figure("share", 0.1))).toEqual({
      points: expect.closeTo(5),
    });
    expect(changeOf(figure("count", 150), figure("count", 100))).toEqual({
      relative: 0.5,
    });
  });

  it("does not exist against nothing, zero, or another currency", () => {
    expect(changeOf(figure("count", 1), undefined)).toBeNull();
    expect(changeOf(figure("count", null), figure("count", 1))).toBeNull();
    expect(changeOf(figure("count", 1), figure("count", 0))).toBeNull();
    expect(changeOf(figure("money", 1, "JPY"), figure("money", 1, "USD"))).toBeNull();
  });
});

const cells = given as [string, string][];

describe("a cell of a file", () => {
  it("is quoted whatever it holds", () => {
    expect([1.5, null, "plain", 'a "b", c'].map(cellText)).toEqual(['"1.5"', '""', '"plain"', '"a ""b"", c"']);
  });

  it("is no formula to a spreadsheet, by the server's own examples", () => {
    for (const [text, safe] of cells) expect(cellText(text)).toBe(`"${safe?.replaceAll('"', '""')}"`);
  });
});
