import type { Ratio, ShowReport } from "../report";

/** How a figure is written. `money` is in minor units of the report's currency. */
export type Kind = "count" | "share" | "seconds" | "decimal" | "money";

/** One figure of a show: what it is called, what it came to (null: cannot be known yet), and what it rests on. */
export interface Figure {
  key: FigureKey;
  kind: Kind;
  amount: number | null;
  /** The two numbers behind a share. */
  of?: { part: number; whole: number; unit: "viewers" | "buyers" | "questions" | "customers" | "impressions" | "clicks" };
  /** More may come before this figure is final. */
  provisional?: boolean;
  /** The currency of an amount, or of the orders that are counted. */
  currency?: string;
  /** Whether the currency is to be said, since the amount does not. */
  named?: boolean;
  /** When a figure that is null now will be known. */
  knownAt?: string | null;
  /** Why it is null where no time will mend that. */
  unknown?: "replay";
  /** What is to be said beside it whatever it came to. */
  note?: "nothing_after";
  /** What is of people without a view: part of a total about things, or not in a figure about people at all. Nothing when there is none. */
  beside?: { key: "part" | "buyers" | "money"; amount: number };
}

export interface FigureGroup {
  key: "audience" | "engagement" | "questions" | "sales" | "repeat" | "replay";
  figures: Figure[];
}

export type FigureKey =
  | "viewers"
  | "guests"
  | "views"
  | "peak"
  | "average"
  | "watch_mean"
  | "watch_median"
  | "watch_total"
  | "replay_viewers"
  | "replay_watched"
  | "replay_questions"
  | "replay_reactions"
  | "replay_engaged"
  | "replay_clicks"
  | "replay_shares"
  | "replay_orders"
  | "replay_gmv"
  | "engaged"
  | "reactions"
  | "senders"
  | "per_sender"
  | "votes"
  | "shares"
  | "askers"
  | "asked"
  | "answered"
  | "open"
  | "answer_time"
  | "conversion_live"
  | "conversion_24h"
  | "conversion_7d"
  | "conversion_30d"
  | "gmv"
  | "net"
  | "staff_sales"
  | "bot_sales"
  | "orders"
  | "units"
  | "aov"
  | "gpm"
  | "ctr"
  | "ctor"
  | "viewers_before"
  | "viewers_again"
  | "buyers_before"
  | "buyers_seen_before"
  | "buyers_in_period";

type Unit = NonNullable<Figure["of"]>["unit"];

function counted(key: FigureKey, amount: number | null, withoutView = 0): Figure {
  return { key, kind: "count", amount, ...(withoutView && { beside: { key: "part", amount: withoutView } }) };
}

function timed(key: FigureKey, amount: number | null): Figure {
  return { key, kind: "seconds", amount };
}

function shared(key: FigureKey, ratio: Ratio | null, unit: Unit): Figure {
  if (!ratio) return { key, kind: "share", amount: null };
  return { key, kind: "share", amount: ratio.share, of: { part: ratio.part, whole: ratio.whole, unit } };
}

/** The figures of a report in the order in which a reader asks for them. */
export function groupsOf(report: ShowReport): FigureGroup[] {
  return [
    { key: "audience", figures: audienceOf(report) },
    { key: "repeat", figures: repeatOf(report) },
    { key: "engagement", figures: engagementOf(report) },
    { key: "questions", figures: questionsOf(report) },
    { key: "sales", figures: salesOf(report) },
    ...(report.replay ? [{ key: "replay" as const, figures: replayOf(report.replay) }] : []),
  ];
}

function audienceOf({ audience }: ShowReport): Figure[] {
  const { watch_time: watch, concurrency } = audience;
  return [
    counted("viewers", audience.viewers),
    counted("peak", concurrency.peak),
    { key: "average", kind: "decimal", amount: concurrency.average },
    timed("watch_mean", watch.mean_seconds),
    timed("watch_median", watch.median_seconds),
    timed("watch_total", watch.total_seconds),
    counted("views", audience.views),
    counted("guests", audience.guests),
    { ...counted("replay_viewers", audience.replay_viewers), unknown: "replay" },
  ];
}

function engagementOf({ engagement }: ShowReport): Figure[] {
  return [
    shared("engaged", engagement.engaged, "viewers"),
    counted("reactions", engagement.reactions.sent, engagement.reactions.without_a_view),
    counted("senders", engagement.reactions.senders),
    { key: "per_sender", kind: "decimal", amount: engagement.reactions.mean_per_sender },
    counted("votes", engagement.votes, engagement.votes_without_a_view),
    counted("shares", engagement.shares, engagement.shares_without_a_view),
  ];
}

function questionsOf({ questions }: ShowReport): Figure[] {
  return [
    shared("askers", questions.askers, "viewers"),
    counted("asked", questions.asked, questions.asked_without_a_view),
    shared("answered", questions.answered, "questions"),
    counted("open", questions.open),
    timed("answer_time", questions.median_answer_seconds),
  ];
}

function salesOf(report: ShowReport): Figure[] {
  const conversion = report.conversion.map((each): Figure => {
    const figure = shared(`conversion_${each.window}`, each.rate, "viewers");
    const beside = each.without_a_view ? { beside: { key: "buyers" as const, amount: each.without_a_view } } : {};
    const nothing = each.window !== "live" && each.rate && each.rate.part === report.conversion[0]?.rate?.part;
    const note = nothing ? { note: "nothing_after" as const } : {};
    return { ...figure, provisional: each.provisional, knownAt: each.closes_at, ...beside, ...note };
  });
  const [live, ...later] = conversion;
  return [
    ...(live ? [live] : []),
    ...report.money.flatMap((each) => moneyOf(each, report.money.length > 1)),
    ...clicksOf(report),
    ...later,
  ];
}

/** What was done at the replay, beside the show's own figures; its orders are in the show's money too. */
function replayOf(replay: NonNullable<ShowReport["replay"]>): Figure[] {
  const several = replay.money.length > 1;
  return [
    timed("replay_watched", replay.watched_seconds),
    shared("replay_engaged", replay.engaged, "viewers"),
    counted("replay_questions", replay.questions),
    counted("replay_reactions", replay.reactions),
    counted("replay_clicks", replay.clicks),
    counted("replay_shares", replay.shares),
    ...replay.money.flatMap(({ currency, orders, gmv_minor }): Figure[] => [
      { ...counted("replay_orders", orders), currency, ...(several && { named: true }) },
      { key: "replay_gmv", kind: "money", amount: gmv_minor, currency },
    ]),
  ];
}

/** The figures of one currency; one of several names it where no amount does. */
function moneyOf(money: ShowReport["money"][number], oneOfSeveral: boolean): Figure[] {
  const { currency, without_a_view: beside, suspected_bots: bots, staff } = money;
  const inMoney = (key: FigureKey, amount: number | null): Figure => ({ key, kind: "money", amount, currency });
  return [
    { ...inMoney("gmv", money.gmv_minor), ...(beside.orders && { beside: { key: "money", amount: beside.gmv_minor } }) },
    inMoney("net", money.net_minor),
    { ...counted("orders", money.orders, beside.orders), currency, ...(oneOfSeveral && { named: true }) },
    { ...counted("units", money.units, beside.units), currency, ...(oneOfSeveral && { named: true }) },
    inMoney("aov", money.aov_minor),
    inMoney("gpm", money.gpm_minor),
    ...(bots?.orders ? [inMoney("bot_sales", bots.gmv_minor)] : []),
    ...(staff.orders ? [inMoney("staff_sales", staff.gmv_minor)] : []),
  ];
}

function clicksOf({ clicks }: ShowReport): Figure[] {
  return [shared("ctr", clicks.ctr.per_viewer, "viewers"), shared("ctor", clicks.ctor.per_viewer, "viewers")];
}

function repeatOf({ repeat }: ShowReport): Figure[] {
  return [
    shared("viewers_before", repeat.viewers_before, "viewers"),
    { ...shared("viewers_again", repeat.viewers_again, "viewers"), knownAt: repeat.viewers_again_known_at },
    shared("buyers_before", repeat.buyers_before, "buyers"),
    shared("buyers_seen_before", repeat.buyers_seen_before, "buyers"),
    shared("buyers_in_period", repeat.buyers_in_period?.rate ?? null, "customers"),
  ];
}

/** A figure's change against another show: a share in percentage points, anything else relative; null where it has no meaning. */
export function changeOf(now: Figure, before: Figure | undefined): { points: number } | { relative: number } | null {
  if (now.amount === null || before?.amount === null || before?.amount === undefined) return null;
  if (now.currency !== before.currency) return null;
  if (now.kind === "share") return { points: (now.amount - before.amount) * 100 };
  return before.amount ? { relative: now.amount / before.amount - 1 } : null;
}
