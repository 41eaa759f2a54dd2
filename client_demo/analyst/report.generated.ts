// Generated from report.schema.json by `npm run generate`; changed there, never here.

export interface Figures {
  [k: string]: unknown;
}
/**
 * Who watched.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "Audience".
 */
export interface Audience {
  /**
   * V(s): viewers with at least one qualified view while the show ran
   */
  viewers: number;
  /**
   * those of them without a known account
   */
  guests: number;
  /**
   * qualified views: visits in which 3 s or more played
   */
  views: number;
  /**
   * visits of these viewers, qualified or not
   */
  visits: number;
  /**
   * viewers with 3 s or more of playing after the show's end; null while no replay is recorded
   */
  replay_viewers: number | null;
  /**
   * live or replay, each once; null as replay_viewers
   */
  viewers_in_all: number | null;
  watch_time: WatchTime;
  concurrency: Concurrency;
  retention: RetentionPoint[];
}
/**
 * Seconds watched: per viewer the union over all tabs, cut to the show's length.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "WatchTime".
 */
export interface WatchTime {
  total_seconds: number;
  mean_seconds: number | null;
  median_seconds: number | null;
}
/**
 * How many watched at once; average × duration equals the total watch time.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "Concurrency".
 */
export interface Concurrency {
  peak: number;
  peak_at: string | null;
  average: number | null;
}
/**
 * Minute `minute` of the show: who was there, of those who had come by then and of all.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "RetentionPoint".
 */
export interface RetentionPoint {
  minute: number;
  joined: number;
  present: number;
  of_joined: number | null;
  of_viewers: number | null;
}
/**
 * What those did in the show who answered alike.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "Behaviour".
 */
export interface Behaviour {
  /**
   * promoter, passive or detractor; 1 to 5 stars; or the place of a choice, from 0
   */
  answer: string;
  viewers: number;
  mean_watch_seconds: number | null;
  bought: SharedRatio;
  returning: SharedRatio;
}
/**
 * A share with its interval.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "SharedRatio".
 */
export interface SharedRatio {
  part: number;
  whole: number;
  /**
   * part ÷ whole; null when whole is 0
   */
  share: number | null;
  /**
   * 95 % (Wilson); null when whole is 0
   */
  interval: Interval | null;
}
/**
 * The 95 % interval of a figure.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "Interval".
 */
export interface Interval {
  low: number;
  high: number;
}
/**
 * A period or a show in parts, the largest first.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "Breakdown".
 */
export interface Breakdown {
  definition_version: number;
  as_of: string;
  /**
   * a show of the period has not ended, or its last facts are not in
   */
  provisional: boolean;
  channel: string;
  time_zone: string;
  currency: string;
  /**
   * W, the window of the repeat figures
   */
  window_days: number;
  period: Period | null;
  show: string | null;
  by: string;
  whole: PartOf;
  parts: PartOf[];
  /**
   * how many more the parts' viewers add up to than there are: people who are in several parts; less than 0: people who are in none
   */
  overlap: number;
}
/**
 * Whole days of the channel's time zone: `since` is the first moment of `first`, `until` the first after `last`.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "Period".
 */
export interface Period {
  first: string;
  last: string;
  since: string;
  until: string;
}
/**
 * The people of one part, each counted once in it.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "PartOf".
 */
export interface PartOf {
  /**
   * empty for those of whom it is not known
   */
  label: string;
  /**
   * of a product
   */
  title?: string | null;
  viewers: number;
  figures: Figure[];
}
/**
 * What `key` means is in the glossary, by version; `null` means "cannot be known yet", or "nothing to divide by".
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "Figure".
 */
export interface Figure {
  key: string;
  kind: "count" | "share" | "seconds" | "decimal" | "money" | "score";
  /**
   * a share from 0 to 1, seconds, a count, a score from -100 to 100, or minor units of `currency`
   */
  amount: number | null;
  currency?: string | null;
  /**
   * of a share: how many of `whole`
   */
  part?: number | null;
  whole?: number | null;
  /**
   * of a share that of Wilson, of a mean and a score that of the normal distribution; 95 %
   */
  interval?: Interval | null;
  /**
   * how many people, orders or questions it rests on; null for a total
   */
  n?: number | null;
  /**
   * more may come before it is final
   */
  provisional?: boolean;
  /**
   * when an amount that is null now will be known
   */
  known_at?: string | null;
  /**
   * of a total about things, how much is of people without a view; beside a conversion, buyers without a view
   */
  without_a_view?: number | null;
}
/**
 * What people came to who were brought as new, in the show or the period.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "Brought".
 */
export interface Brought {
  /**
   * people whose first show of the channel this was, who came by the link of somebody else and watched 60 s
   */
  new_viewers: number;
  /**
   * of `new_viewers`: known, or agreed to be recognised; of the others nobody can say that they were never here before
   */
  recognisable: number;
  watch_seconds: number;
  buyers: number;
  orders: number;
  gmv_minor: number;
  net_minor: number;
}
/**
 * The built-in segments as of a day.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "BuiltInReport".
 */
export interface BuiltInReport {
  channel: string;
  /**
   * the channel's: its days, weeks and months are meant
   */
  time_zone: string;
  definition_version: number;
  as_of: string;
  /**
   * a show runs, or ended within the last minute
   */
  provisional: boolean;
  left_out: LeftOutOfChannel;
  /**
   * with a view in a show, whom the channel may recognise
   */
  people: number;
  /**
   * those of them who bought
   */
  customers: number;
  segments: BuiltInSegment[];
}
/**
 * Who is in the channel's record and not in these figures, up to `as_of`.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "LeftOutOfChannel".
 */
export interface LeftOutOfChannel {
  /**
   * people who were suspected in a show; null where in one of the shows nobody looked for them
   */
  suspected_bots: number | null;
  /**
   * people of the host's side and analysts
   */
  staff: number;
  /**
   * guests with a view whom the channel may not recognise in another show
   */
  guests_without_consent: number;
}
/**
 * A segment that every channel has, and who is in it.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "BuiltInSegment".
 */
export interface BuiltInSegment {
  segment: string;
  kind: "lifecycle" | "rfm";
  found: Ratio;
  interval: Interval | null;
}
/**
 * `part` of `whole`, with both beside the quotient, so that a reader sees how much it rests on.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "Ratio".
 */
export interface Ratio {
  part: number;
  whole: number;
  /**
   * part ÷ whole; null when whole is 0
   */
  share: number | null;
}
/**
 * Somebody was brought by somebody; `depth` 1 where nobody had brought the sharer.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "ChainLink".
 */
export interface ChainLink {
  sharer: string;
  viewer: string;
  show: string;
  at: string;
  depth: number;
}
/**
 * Whether a difference is more than chance, and by which test.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "Chance".
 */
export interface Chance {
  test: "two_proportions" | "fisher_exact" | "welch" | "mann_whitney";
  /**
   * How often chance alone makes a difference as great, 0 to 1.
   */
  p: number;
  /**
   * p < 0.05
   */
  more_than_chance: boolean;
}
/**
 * What became of a figure, from `b` to `a`.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "Change".
 */
export interface Change {
  key: string;
  currency: string | null;
  /**
   * null where there is no such figure, of a currency that nothing was sold in
   */
  a: Figure | null;
  b: Figure | null;
  /**
   * a - b: of shares the difference, 0.01 is one point, of a score points
   */
  absolute: number | null;
  /**
   * a ÷ b - 1; null where b is 0, and of a score
   */
  relative: number | null;
  /**
   * null for totals, of which chance says nothing, and where a side has too little
   */
  chance: Chance | null;
}
/**
 * A channel over a period: a show belongs to the day on which it started, with all that came of it.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "ChannelReport".
 */
export interface ChannelReport {
  definition_version: number;
  as_of: string;
  /**
   * a show of the period has not ended, or its last facts are not in
   */
  provisional: boolean;
  channel: string;
  time_zone: string;
  currency: string;
  /**
   * W, the window of the repeat figures
   */
  window_days: number;
  period: Period;
  by: ("day" | "week" | "month" | "show") | null;
  left_out: LeftOutOfPeriod;
  figures: Figure[];
  steps: Step[];
}
/**
 * Who is in the shows' record and not in these figures, or not in all of them; each counted once.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "LeftOutOfPeriod".
 */
export interface LeftOutOfPeriod {
  /**
   * null where nobody looked for them in one of the shows, and none are known
   */
  suspected_bots: number | null;
  staff: number;
  without_a_view: number;
  /**
   * viewers who count here but not in repeat figures
   */
  guests_without_consent: number;
}
/**
 * One day, week, month or show; people are counted once within it.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "Step".
 */
export interface Step {
  /**
   * null where the step is a show
   */
  period: Period | null;
  /**
   * false for a week or month of which the period has only a part
   */
  whole: boolean;
  show?: StepShow | null;
  figures: Figure[];
}
/**
 * The show that a step is.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "StepShow".
 */
export interface StepShow {
  id: string;
  title: string;
  state: "scheduled" | "live" | "ended";
  started_at: string;
  ended_at: string | null;
  /**
   * the most at once in each of up to 48 equal lengths of the show; empty until it is known
   */
  watching: number[];
}
/**
 * One of the answers that could be chosen.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "ChoiceFigures".
 */
export interface ChoiceFigures {
  text: string;
  chosen: SharedRatio;
}
/**
 * Churn as of one moment.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "ChurnPoint".
 */
export interface ChurnPoint {
  at: string;
  churned: Ratio;
  interval: Interval | null;
}
/**
 * Who was there in the window before the last, and not in the last. There is no cancelling: the window says what counts as gone.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "ChurnReport".
 */
export interface ChurnReport {
  channel: string;
  /**
   * the channel's: its days, weeks and months are meant
   */
  time_zone: string;
  definition_version: number;
  as_of: string;
  /**
   * a show runs, or ended within the last minute
   */
  provisional: boolean;
  left_out: LeftOutOfChannel;
  of: "view" | "purchase";
  /**
   * W; null where it is not given and gaps are too few
   */
  window_days: number | null;
  window_from: "gaps" | "given";
  /**
   * gaps between two days of the same person
   */
  gaps: number;
  /**
   * the 90th percentile of them
   */
  gap_days_90: number | null;
  unknown: ("too_few_gaps" | "too_early") | null;
  /**
   * when two windows will have passed since the first time
   */
  known_at: string | null;
  /**
   * as of `as_of`; null until it can be known
   */
  now: ChurnPoint | null;
  /**
   * as of the end of each month before, where it is known
   */
  points: ChurnPoint[];
}
/**
 * From cards to clicks, from clicks to orders.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "Clicks".
 */
export interface Clicks {
  ctr: Rate;
  ctor: Rate;
}
/**
 * The same rate counted by people and by actions of viewers; the two are never mixed.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "Rate".
 */
export interface Rate {
  per_viewer: Ratio;
  per_action: Ratio;
}
/**
 * Two periods or two shows side by side. `a` is asked about, `b` is what it is held against.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "Comparison".
 */
export interface Comparison {
  definition_version: number;
  as_of: string;
  /**
   * a show of the period has not ended, or its last facts are not in
   */
  provisional: boolean;
  channel: string;
  time_zone: string;
  currency: string;
  /**
   * W, the window of the repeat figures
   */
  window_days: number;
  a: Side;
  b: Side;
  changes: Change[];
  /**
   * what changed by more than chance, and what it comes from
   */
  sentences: Headline[];
}
/**
 * One side of a comparison: a period, or a show.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "Side".
 */
export interface Side {
  period: Period | null;
  show: StepShow | null;
  provisional: boolean;
  left_out: LeftOutOfPeriod;
}
/**
 * A sentence for a person: its `key` names the text in the page's dictionary, `numbers` fill it.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "Headline".
 */
export interface Headline {
  key: string;
  numbers: {
    [k: string]: number | string;
  };
}
/**
 * |B(s) ∩ V(s)| ÷ |V(s)|, for orders until `closes_at`.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "Conversion".
 */
export interface Conversion {
  window: "live" | "24h" | "7d" | "30d";
  /**
   * null until the show has ended
   */
  closes_at: string | null;
  /**
   * the window is still open: more may come
   */
  provisional: boolean;
  /**
   * null before the show's start, and for later windows while it runs
   */
  rate: Ratio | null;
  /**
   * buyers without a view, who are not in the rate; null as the rate
   */
  without_a_view: number | null;
}
/**
 * Who did more than watch.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "Engagement".
 */
export interface Engagement {
  engaged: Ratio;
  reactions: Reactions;
  votes: number;
  /**
   * of `votes`, those of people without a view
   */
  votes_without_a_view: number;
  shares: number;
  /**
   * of `shares`, those of people without a view
   */
  shares_without_a_view: number;
  /**
   * viewers who shared
   */
  sharers: number;
}
/**
 * Taps, and by how many hands.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "Reactions".
 */
export interface Reactions {
  sent: number;
  /**
   * of `sent`, those of people without a view
   */
  without_a_view: number;
  /**
   * viewers who sent any
   */
  senders: number;
  /**
   * the senders' own taps ÷ senders
   */
  mean_per_sender: number | null;
}
/**
 * An export and how far it is.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "ExportBody".
 */
export interface ExportBody {
  id: string;
  /**
   * `waiting`, `working`, `ready`, `failed` or `cancelled`.
   */
  state: string;
  of: string;
  format: string;
  /**
   * How many shows it is of.
   */
  shows: number;
  /**
   * How many of them are read.
   */
  shows_done: number;
  percent: number;
  /**
   * How many it has.
   */
  rows: number | null;
  /**
   * How many are read so far.
   */
  rows_done: number | null;
  /**
   * Why it failed.
   */
  problem: string | null;
  query: {
    [k: string]: unknown;
  } | null;
  bytes: number | null;
  /**
   * Where the file is, once it is ready.
   */
  file: string | null;
  /**
   * RFC 3339, UTC.
   */
  created_at: string;
  ready_at: string | null;
  /**
   * When it is removed.
   */
  expires_at: string;
}
/**
 * A page of exports, the newest first.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "ExportPage".
 */
export interface ExportPage {
  exports: ExportBody[];
  /**
   * Send it as `cursor` for the page after this one; null on the last.
   */
  next: string | null;
}
/**
 * What a filter may be about.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "FieldBody".
 */
export interface FieldBody {
  field: string;
  /**
   * Whether figures can also be told apart by it.
   */
  dimension: boolean;
  /**
   * Compared as a number; else as a word.
   */
  numbers: boolean;
  /**
   * Whether a range may be asked for.
   */
  ranges: boolean;
}
/**
 * From seeing a product to paying, inside the live window.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "Funnel".
 */
export interface Funnel {
  window?: "live";
  steps: FunnelStep[];
  /**
   * first impression to paid order
   */
  median_seconds_to_convert: number | null;
}
/**
 * Viewers who came this far, in order, each counted once.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "FunnelStep".
 */
export interface FunnelStep {
  step: "impression" | "click" | "paid";
  viewers: number;
  of_first: number | null;
  of_previous: number | null;
  median_seconds_from_previous: number | null;
}
/**
 * People around an answer, and how many of them bought in the span after it.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "Group".
 */
export interface Group {
  /**
   * asked, voted, or watching when it was answered
   */
  who: string;
  conversion: Figure;
}
/**
 * What was sold to the audiences in one currency; in minor units.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "JointMoney".
 */
export interface JointMoney {
  currency: string;
  orders: number;
  units: number;
  gmv_minor: number;
  refunded_minor: number;
  net_minor: number;
}
/**
 * One channel's own figures, as its report says them.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "JointPart".
 */
export interface JointPart {
  show: string;
  channel: string;
  /**
   * the channel's
   */
  name: string;
  title: string;
  /**
   * V(s) of this show
   */
  viewers: number;
  bought: Ratio;
  money: JointMoney[];
}
/**
 * The figures of shows that are held as one, at one moment.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "JointReport".
 */
export interface JointReport {
  definition_version: number;
  as_of: string;
  provisional: boolean;
  /**
   * the show that people talked in
   */
  leading: string;
  /**
   * the leading one first
   */
  shows: JointPart[];
  together: JointTogether;
}
/**
 * What they come to together; whoever was in several of the shows is one viewer.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "JointTogether".
 */
export interface JointTogether {
  /**
   * in V(s) of any of the shows
   */
  viewers: number;
  bought: Ratio;
  /**
   * of these, those who bought of more than one channel
   */
  bought_of_several: number;
  money: JointMoney[];
}
/**
 * Groups × metrics over a period.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "KpiMap".
 */
export interface KpiMap {
  channel: string;
  /**
   * the channel's: its days, weeks and months are meant
   */
  time_zone: string;
  definition_version: number;
  as_of: string;
  /**
   * a show runs, or ended within the last minute
   */
  provisional: boolean;
  left_out: LeftOutOfChannel;
  by: "lifecycle" | "rfm" | "nps" | "saved" | "source" | "device";
  /**
   * first day, in the channel's zone
   */
  since: string;
  /**
   * last day
   */
  until: string;
  /**
   * of `net_minor`
   */
  currency: string;
  everybody: MapRow;
  rows: MapRow[];
}
/**
 * One group.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "MapRow".
 */
export interface MapRow {
  /**
   * new, returning, …; a group of RFM, or `no_customer`; promoter, …, or `no_answer`; the id of a saved segment; a source or device, or `unknown`
   */
  key: string;
  /**
   * of a saved segment
   */
  name: string | null;
  n: number;
  /**
   * of everybody
   */
  share: number | null;
  cells: MapCell[];
}
/**
 * One metric of one group.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "MapCell".
 */
export interface MapCell {
  metric:
    | ("engaged" | "clicked" | "asked" | "bought" | "came_again")
    | ("watch_seconds" | "shows" | "orders" | "net_minor")
    | "nps";
  kind: "share" | "mean" | "score";
  /**
   * a share, a mean per viewer, or a score from -100 to 100; null without viewers, or answers
   */
  value: number | null;
  /**
   * of a share: how many did it
   */
  part: number | null;
  /**
   * viewers; of a score those who answered
   */
  n: number;
  /**
   * 95 %: Wilson's of a share, by the normal distribution of a mean and a score
   */
  interval: Interval | null;
  /**
   * value ÷ that of everybody, minus 1: 0.5 is half as much again; null where that of everybody is 0. Of a score: how many points it is above that of everybody
   */
  against_mean: number | null;
  /**
   * against everybody who is not in the group; null for everybody, or where nothing can be told
   */
  chance: Chance | null;
  /**
   * n < 30: not to be made much of
   */
  small: boolean;
}
/**
 * Who is in the show's record and not in its figures, and why.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "LeftOut".
 */
export interface LeftOut {
  /**
   * left out of figures about people; their orders stay in the money, told apart; null where nobody looked for them
   */
  suspected_bots: number | null;
  /**
   * people of the host's side and analysts who were there; in no figure at all
   */
  staff: number;
  /**
   * came, but nothing played for 3 s in total while the show ran; what they did is in the totals about things alone
   */
  without_a_view: number;
  /**
   * viewers who count here but not in repeat figures
   */
  guests_without_consent: number;
  /**
   * buyers who count here but not in buyers' repeat figures
   */
  buyers_without_consent: number;
}
/**
 * Page views that are in no other figure.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "LeftOutOfVisits".
 */
export interface LeftOutOfVisits {
  /**
   * page views of known crawlers
   */
  crawlers: number;
  /**
   * page views of suspected bots, and of people of the host's side
   */
  suspects_and_staff: number;
}
/**
 * What customers have brought, by the age of their cohort, and what they are expected to bring.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "LifetimeReport".
 */
export interface LifetimeReport {
  channel: string;
  /**
   * the channel's: its days, weeks and months are meant
   */
  time_zone: string;
  definition_version: number;
  as_of: string;
  /**
   * a show runs, or ended within the last minute
   */
  provisional: boolean;
  left_out: LeftOutOfChannel;
  currency: string;
  interval: "day" | "week" | "month";
  since: string;
  until: string;
  /**
   * customers of these cohorts
   */
  customers: number;
  /**
   * left out of both
   */
  orders_in_other_currencies: number;
  cohorts: ValueCohort[];
  prediction: Prediction;
}
/**
 * One cohort of customers; `cells[k]` is everything they had brought k intervals after their first purchase.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "ValueCohort".
 */
export interface ValueCohort {
  start: string;
  size: number;
  /**
   * null where the interval has not begun
   */
  cells: (ValueCell | null)[];
}
/**
 * What a cohort has brought up to the end of one interval.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "ValueCell".
 */
export interface ValueCell {
  /**
   * of all its people, paid minus refunded
   */
  net_minor: number;
  /**
   * rounded half up
   */
  per_customer_minor: number;
  provisional: boolean;
}
/**
 * BG/NBD × Gamma-Gamma, or why not.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "Prediction".
 */
export interface Prediction {
  customers: number;
  /**
   * customers who bought on two days or more
   */
  repeat_buyers: number;
  horizon_days: number;
  /**
   * by which money is worth less a year later
   */
  discount: number;
  refused: ("too_few_repeat_buyers" | "does_not_fit") | null;
  predicted: Predicted | null;
}
/**
 * What customers are expected to bring from `as_of` to the horizon, discounted.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "Predicted".
 */
export interface Predicted {
  /**
   * all customers together
   */
  total_minor: number;
  per_customer_minor: number;
  median_minor: number;
  /**
   * 11 numbers: a tenth of the customers is expected to bring at most the second, two tenths at most the third
   */
  tenths_minor: number[];
  /**
   * days of buying that are expected of one, not discounted
   */
  orders_per_customer: number;
  /**
   * mean of P(alive): the share of customers who may still buy
   */
  alive: number;
  /**
   * of money with frequency; the model supposes none, and is the less to be trusted the more there is
   */
  correlation: number | null;
  purchases: PurchaseModel;
  money: MoneyModel;
}
/**
 * BG/NBD's parameters, by days.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "PurchaseModel".
 */
export interface PurchaseModel {
  r: number;
  alpha_days: number;
  a: number;
  b: number;
  log_likelihood: number;
}
/**
 * Gamma-Gamma's parameters, in minor units.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "MoneyModel".
 */
export interface MoneyModel {
  p: number;
  q: number;
  gamma_minor: number;
  log_likelihood: number;
}
/**
 * A viewer behind a cell of the map.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "MapViewer".
 */
export interface MapViewer {
  viewer: string;
  /**
   * What they have of the cell's metric; of a share 1 who did it, 0 who did not.
   */
  value: number;
  /**
   * As they were called when they last asked something; to hosts and admins alone.
   */
  name: string | null;
}
/**
 * A page of the viewers behind a cell, by id.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "MapViewerPage".
 */
export interface MapViewerPage {
  viewers: MapViewer[];
  /**
   * Send it as `cursor` for the page after this one; null on the last.
   */
  next: string | null;
}
/**
 * Something that the host's side did, to be drawn on the curves.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "Mark".
 */
export interface Mark {
  /**
   * seconds since the show's start
   */
  t: number;
  at: string;
  kind:
    | "product.pinned"
    | "product.unpinned"
    | "question.pinned"
    | "question.unpinned"
    | "question.answered"
    | "announce"
    | "offer.opened"
    | "offer.closed";
  /**
   * id of the product, question or offer
   */
  subject: string | null;
  /**
   * the title of the product, also of an offer's, the question, or what was announced
   */
  text: string | null;
}
/**
 * A metric: what it is called and means is in the glossary under its key.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "MetricBody".
 */
export interface MetricBody {
  key: string;
  name: string;
  kind: "count" | "share" | "seconds" | "decimal" | "money" | "score";
  /**
   * What it is counted from: people, shows, questions or money.
   */
  grain: string;
  /**
   * By what it can be told apart.
   */
  dimensions: string[];
}
/**
 * One moment, and what was done after it (`a`) against before (`b`).
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "Moment".
 */
export interface Moment {
  /**
   * seconds since the show's start
   */
  t: number;
  at: string;
  kind:
    | "product.pinned"
    | "product.unpinned"
    | "question.pinned"
    | "question.unpinned"
    | "question.answered"
    | "announce"
    | "offer.opened"
    | "offer.closed";
  subject: string | null;
  text: string | null;
  /**
   * how long each side is
   */
  seconds: number;
  /**
   * the span after it is not over yet
   */
  provisional: boolean;
  /**
   * viewers at that moment
   */
  watching: number;
  changes: Change[];
  /**
   * of an answer alone
   */
  groups: Group[];
}
/**
 * All moments of a show, in order.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "MomentsReport".
 */
export interface MomentsReport {
  definition_version: number;
  as_of: string;
  provisional: boolean;
  show: ReportedShow;
  minutes: number;
  suspected_bots: number | null;
  moments: Moment[];
}
/**
 * Which show the figures are about.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "ReportedShow".
 */
export interface ReportedShow {
  id: string;
  channel: string;
  title: string;
  host: string;
  state: "scheduled" | "live" | "ended";
  started_at: string | null;
  ended_at: string | null;
  /**
   * start to end, or to as_of while live; null before the start
   */
  duration_seconds: number | null;
}
/**
 * What was sold to the audience, in one currency; all in minor units.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "Money".
 */
export interface Money {
  currency: string;
  orders: number;
  units: number;
  gmv_minor: number;
  without_a_view: Sales;
  /**
   * of these, what suspected bots bought; null where nobody looked for them
   */
  suspected_bots: Sales | null;
  staff: Sales;
  /**
   * of these, what the shop's own cart took and reported; null where it reported nothing
   */
  reported: Sales | null;
  /**
   * what was given back of these orders since, whoever took them; shipping is in neither
   */
  refunded_minor: number;
  /**
   * GMV − refunded
   */
  net_minor: number;
  /**
   * GMV ÷ orders, rounded half up
   */
  aov_minor: number | null;
  /**
   * GMV ÷ views × 1000, rounded half up
   */
  gpm_minor: number | null;
}
/**
 * Paid orders of some people, in the currency that they stand beside.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "Sales".
 */
export interface Sales {
  orders: number;
  units: number;
  gmv_minor: number;
}
/**
 * 100 × (promoters − detractors) ÷ n. Passives count in n.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "NetPromoterScore".
 */
export interface NetPromoterScore {
  n: number;
  /**
   * answered 9 or 10
   */
  promoters: number;
  /**
   * answered 7 or 8
   */
  passives: number;
  /**
   * answered 0 to 6
   */
  detractors: number;
  /**
   * -100 to 100; null without an answer
   */
  score: number | null;
  /**
   * 95 %, from the variance (p + d - (p - d)²) ÷ n; null without an answer
   */
  interval: Interval | null;
}
/**
 * Joins by a link that brought no new viewer, by the first reason that holds.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "NotCounted".
 */
export interface NotCounted {
  /**
   * the device had made the link itself
   */
  same_device: number;
  /**
   * the sharer, by their id, an alias or as the same customer
   */
  same_person: number;
  /**
   * the code was changed, or is another channel's
   */
  not_ours: number;
  expired: number;
  /**
   * nobody is known who shared by this link
   */
  unknown: number;
  /**
   * of suspected bots, or by their links
   */
  suspects: number;
  /**
   * of the host's side, or by their links
   */
  staff: number;
  /**
   * had been in a show of the channel before
   */
  returning: number;
  /**
   * watched less than 60 s
   */
  too_short: number;
}
/**
 * Customers of the channel with two or more paid orders inside the period, of those with one or more.
 *
 * A customer has watched one of the shows in which they bought.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "PeriodRate".
 */
export interface PeriodRate {
  since: string;
  until: string;
  rate: Ratio;
}
/**
 * Whom a rule holds for as of a day.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "Preview".
 */
export interface Preview {
  channel: string;
  /**
   * the channel's: its days, weeks and months are meant
   */
  time_zone: string;
  definition_version: number;
  as_of: string;
  /**
   * a show runs, or ended within the last minute
   */
  provisional: boolean;
  left_out: LeftOutOfChannel;
  found: Ratio;
  /**
   * ids of a few of them
   */
  sample: string[];
}
/**
 * One product in this show, its variants among it, whatever currencies it sold in. Viewers count once, actions each time.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "ProductFigures".
 */
export interface ProductFigures {
  product: string;
  title: string;
  impressions: number;
  /**
   * viewers who saw it
   */
  impressed: number;
  clicks: number;
  /**
   * viewers who opened it
   */
  clickers: number;
  orders: number;
  units: number;
  /**
   * viewers who bought it
   */
  buyers: number;
  ctr: Ratio;
  ctor: Ratio;
  /**
   * what it brought in each currency that it sold in; in its own where it sold in none
   */
  sales: ProductSales[];
  /**
   * of the orders, units and money, those of each variant that was sold; empty where the product has none
   */
  variants: VariantFigures[];
  without_a_view: ProductTotals;
}
/**
 * What a product brought in one currency.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "ProductSales".
 */
export interface ProductSales {
  currency: string;
  orders: number;
  units: number;
  gmv_minor: number;
  without_a_view: Sales;
}
/**
 * What was sold of one variant.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "VariantFigures".
 */
export interface VariantFigures {
  variant: string;
  options: {
    [k: string]: string;
  };
  orders: number;
  units: number;
  /**
   * by currency
   */
  gmv_minor: {
    [k: string]: number;
  };
}
/**
 * What was done with a product.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "ProductTotals".
 */
export interface ProductTotals {
  impressions: number;
  clicks: number;
  orders: number;
  units: number;
}
/**
 * What a question comes to. People are counted once in each row, and once in the total: rows do not add up to it.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "QueryAnswer".
 */
export interface QueryAnswer {
  definition_version: number;
  as_of: string;
  /**
   * a show of the period has not ended, or its last facts are not in
   */
  provisional: boolean;
  channel: string;
  time_zone: string;
  currency: string;
  /**
   * W, the window of the repeat figures
   */
  window_days: number;
  /**
   * null where shows were named
   */
  period: Period | null;
  compared_with: Period | null;
  /**
   * how many shows it is about
   */
  shows: number;
  metrics: string[];
  dimensions: string[];
  left_out: LeftOutOfPeriod;
  total: QueryRow;
  rows: QueryRow[];
  /**
   * how many rows there are; `limit` of them are given
   */
  found: number;
  /**
   * titles of the shows and products in the rows, by id
   */
  names: {
    [k: string]: string;
  };
}
/**
 * One combination of the dimensions: its figures, in the order of the metrics, one for each currency.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "QueryRow".
 */
export interface QueryRow {
  /**
   * by dimension; null where it is not known
   */
  values: {
    [k: string]: string | number | null;
  };
  /**
   * false for a week or month of which the period has only a part
   */
  whole: boolean;
  figures: Figure[];
  /**
   * against the same row of the period to compare with; empty without one
   */
  changes: Change[];
}
/**
 * What can be asked for.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "QueryCatalogue".
 */
export interface QueryCatalogue {
  definition_version: number;
  metrics: MetricBody[];
  fields: FieldBody[];
}
/**
 * Dismissed questions are left out of all but their own count.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "QuestionsAndAnswers".
 */
export interface QuestionsAndAnswers {
  askers: Ratio;
  /**
   * questions that were not dismissed
   */
  asked: number;
  /**
   * of `asked`, those of people without a view
   */
  asked_without_a_view: number;
  answered: Ratio;
  open: number;
  pending: number;
  dismissed: number;
  median_answer_seconds: number | null;
}
/**
 * Who came back and who bought again; guests who did not agree to be recognised are in neither side.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "Repeat".
 */
export interface Repeat {
  window_days: number;
  /**
   * of V(s), seen in an earlier show of the channel within the window
   */
  viewers_before: Ratio | null;
  /**
   * of V(s), seen again within the window; null until it has passed
   */
  viewers_again: Ratio | null;
  viewers_again_known_at: string | null;
  /**
   * of B(s), bought before in this channel
   */
  buyers_before: Ratio | null;
  /**
   * of B(s), seen in an earlier show within the window
   */
  buyers_seen_before: Ratio | null;
  buyers_in_period: PeriodRate | null;
}
/**
 * Who watched a show again, and what they did at its replay. Suspected bots and staff are in the money alone.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "ReplayFigures".
 */
export interface ReplayFigures {
  /**
   * V of the replay: viewers with 3 s or more of playing after the show's end
   */
  viewers: number;
  /**
   * what they watched of it, each the union over all tabs
   */
  watched_seconds: number;
  /**
   * asked at the replay, and not dismissed; in no figure of the show itself
   */
  questions: number;
  /**
   * of these, those that are answered
   */
  answered: number;
  /**
   * taps at the replay; in no figure of the show itself
   */
  reactions: number;
  /**
   * cards of products that were seen after the end; so are `clicks` and `shares` of then
   */
  impressions: number;
  clicks: number;
  shares: number;
  engaged: Ratio;
  /**
   * orders placed here at the replay; beside the show's money and its buyers, never in them
   */
  money: ReplayMoney[];
}
/**
 * What was bought at the replay, in one currency.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "ReplayMoney".
 */
export interface ReplayMoney {
  currency: string;
  orders: number;
  units: number;
  gmv_minor: number;
}
/**
 * Those of a cohort, or of several, who came back in one interval.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "RetentionCell".
 */
export interface RetentionCell {
  part: number;
  whole: number;
  share: number;
  interval: Interval;
  /**
   * the interval, or the cohort's own, still goes on
   */
  provisional: boolean;
}
/**
 * One cohort; `cells[k]` is what its people did k intervals after their own.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "RetentionCohort".
 */
export interface RetentionCohort {
  /**
   * the first day of its interval, in the channel's zone
   */
  start: string;
  size: number;
  /**
   * null where the interval has not begun
   */
  cells: (RetentionCell | null)[];
}
/**
 * Cohorts of who did `born` first in an interval, and how many did `back` in each interval since.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "RetentionReport".
 */
export interface RetentionReport {
  channel: string;
  /**
   * the channel's: its days, weeks and months are meant
   */
  time_zone: string;
  definition_version: number;
  as_of: string;
  /**
   * a show runs, or ended within the last minute
   */
  provisional: boolean;
  left_out: LeftOutOfChannel;
  born: "view" | "purchase";
  back: "view" | "purchase";
  interval: "day" | "week" | "month";
  /**
   * first day of the first cohort
   */
  since: string;
  /**
   * last day on which somebody of these cohorts was born
   */
  until: string;
  people: number;
  /**
   * cohorts that somebody is in, the oldest first
   */
  cohorts: RetentionCohort[];
  /**
   * all cohorts whose interval of that age has ended, added up
   */
  together: (RetentionCell | null)[];
}
/**
 * A saved question. It is at `/analyst/query?saved={id}`.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "SavedQueryBody".
 */
export interface SavedQueryBody {
  id: string;
  name: string;
  /**
   * As it was sent.
   */
  query: {
    [k: string]: unknown;
  };
  version: number;
  created_by: string;
  changed_by: string;
  /**
   * RFC 3339, UTC.
   */
  created_at: string;
  /**
   * RFC 3339, UTC.
   */
  changed_at: string;
}
/**
 * A page of saved questions, the newest first.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "SavedQueryPage".
 */
export interface SavedQueryPage {
  queries: SavedQueryBody[];
  /**
   * Send it as `cursor` for the page after this one; null on the last.
   */
  next: string | null;
}
/**
 * A saved question as it was.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "SavedQueryVersion".
 */
export interface SavedQueryVersion {
  version: number;
  name: string;
  query: {
    [k: string]: unknown;
  };
  by: string;
  /**
   * RFC 3339, UTC.
   */
  at: string;
}
/**
 * The newest versions of a saved question, up to 50, the newest first.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "SavedQueryVersions".
 */
export interface SavedQueryVersions {
  versions: SavedQueryVersion[];
}
/**
 * A saved segment.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "SegmentBody".
 */
export interface SegmentBody {
  id: string;
  name: string;
  /**
   * As it was sent.
   */
  rule: {
    [k: string]: unknown;
  };
  version: number;
  /**
   * RFC 3339, UTC.
   */
  created_at: string;
  /**
   * RFC 3339, UTC.
   */
  changed_at: string;
}
/**
 * A page of saved segments, the newest first.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "SegmentPage".
 */
export interface SegmentPage {
  segments: SegmentBody[];
  /**
   * Send it as `cursor` for the page after this one; null on the last.
   */
  next: string | null;
}
/**
 * Columns of equal length: row i covers [t[i], t[i] + step_seconds) since the show's start.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "SeriesReport".
 */
export interface SeriesReport {
  definition_version: number;
  as_of: string;
  provisional: boolean;
  show: ReportedShow;
  /**
   * the step asked for, or a wider one when the show is long
   */
  step_seconds: number;
  /**
   * how many are not in these columns; null where nobody looked for them
   */
  suspected_bots_left_out: number | null;
  t: number[];
  /**
   * most viewers at once within the step, so that its greatest is the peak
   */
  watching: number[];
  reactions: number[];
  /**
   * asked, dismissed ones left out
   */
  questions: number[];
  clicks: number[];
  orders: number[];
  marks: Mark[];
}
/**
 * Somebody who shared. `chain_…`: everybody who came of it, those brought by those they brought among them.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "SharerRow".
 */
export interface SharerRow {
  /**
   * people whose first show of the channel this was, who came by the link of somebody else and watched 60 s
   */
  new_viewers: number;
  /**
   * of `new_viewers`: known, or agreed to be recognised; of the others nobody can say that they were never here before
   */
  recognisable: number;
  watch_seconds: number;
  buyers: number;
  orders: number;
  gmv_minor: number;
  net_minor: number;
  /**
   * the viewer's id
   */
  sharer: string;
  shares: number;
  /**
   * joins of other people by their links
   */
  visits: number;
  chain_viewers: number;
  /**
   * 1: those whom they brought have brought nobody
   */
  chain_depth: number;
  chain_orders: number;
  chain_net_minor: number;
}
/**
 * All figures of one show at one moment.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "ShowReport".
 */
export interface ShowReport {
  definition_version: number;
  as_of: string;
  /**
   * the show has not ended, or its last facts are not in yet
   */
  provisional: boolean;
  show: ReportedShow;
  left_out: LeftOut;
  headlines: Headline[];
  audience: Audience;
  engagement: Engagement;
  questions: QuestionsAndAnswers;
  funnel: Funnel;
  clicks: Clicks;
  conversion: Conversion[];
  money: Money[];
  repeat: Repeat;
  /**
   * those that were opened, in that order
   */
  surveys: SurveyFigures[];
  products: ProductFigures[];
  /**
   * what was done at the show's replay; null where nothing of one is recorded
   */
  replay?: ReplayFigures | null;
}
/**
 * What one survey of the show came to.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "SurveyFigures".
 */
export interface SurveyFigures {
  survey: string;
  kind: "nps" | "choice" | "stars" | "text";
  question: string;
  product: string | null;
  opened_at: string;
  response: SharedRatio;
  /**
   * answers of people without a view, in no figure here
   */
  without_a_view: number;
  /**
   * answers with words
   */
  written: number;
  /**
   * of a score from 0 to 10
   */
  nps: NetPromoterScore | null;
  choices: ChoiceFigures[];
  stars: StarFigures | null;
  behaviour: Behaviour[];
}
/**
 * What the stars come to.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "StarFigures".
 */
export interface StarFigures {
  n: number;
  /**
   * 1 to 5; null without an answer
   */
  mean: number | null;
  /**
   * 95 %, by the normal distribution; null with fewer than two
   */
  interval: Interval | null;
  /**
   * how many gave 1, 2, 3, 4, 5
   */
  given: number[];
}
/**
 * How far people came who opened a page: those of whom an id may be kept. Each step is a part of the one before.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "Steps".
 */
export interface Steps {
  /**
   * people who opened a page, each once
   */
  visitors: number;
  /**
   * of them, entered a show
   */
  joined: number;
  /**
   * of them, have a qualified view
   */
  viewed: number;
  /**
   * of them, have a paid order
   */
  bought: number;
}
/**
 * A page of viewers, by id.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "ViewerPage".
 */
export interface ViewerPage {
  viewers: string[];
  /**
   * Send it as `cursor` for the page after this one; null on the last.
   */
  next: string | null;
}
/**
 * Page views by one dimension, the most first.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "VisitBreakdown".
 */
export interface VisitBreakdown {
  by: "referrer" | "source" | "medium" | "campaign" | "content" | "term" | "device" | "page" | "site" | "phase";
  parts: VisitPart[];
}
/**
 * Page views of one label, and people whose first known label it was.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "VisitPart".
 */
export interface VisitPart {
  /**
   * people who opened a page, each once
   */
  visitors: number;
  /**
   * of them, entered a show
   */
  joined: number;
  /**
   * of them, have a qualified view
   */
  viewed: number;
  /**
   * of them, have a paid order
   */
  bought: number;
  /**
   * null: none, or not known
   */
  label: string | null;
  /**
   * all labels together that have no row of their own
   */
  others: boolean;
  page_views: number;
  /**
   * visits that began with such a page view
   */
  visits: number;
}
/**
 * Page views, visits and visitors; and beside them everybody who came, whether their page views are known or not.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "VisitsReport".
 */
export interface VisitsReport {
  definition_version: number;
  as_of: string;
  /**
   * a show runs, or more may come until the period's end
   */
  provisional: boolean;
  channel: string;
  time_zone: string;
  currency: string;
  /**
   * the show's id; null: a period
   */
  show: string | null;
  /**
   * days of the channel's time zone; null: a show
   */
  period: Period | null;
  page_views: number;
  /**
   * of `page_views`: nobody agreed to be recognised, or signed in
   */
  without_an_id: number;
  /**
   * of `page_views`: before the show began
   */
  before: number;
  live: number;
  /**
   * of `page_views`: since the show ended
   */
  after: number;
  /**
   * of those with an id: a visit ends after 30 min without a page view or playing
   */
  visits: number;
  steps: Steps;
  everybody: Steps;
  breakdowns: VisitBreakdown[];
  left_out: LeftOutOfVisits;
}
/**
 * Who brought whom by share links.
 *
 * This interface was referenced by `Figures`'s JSON-Schema
 * via the `definition` "WordOfMouthReport".
 */
export interface WordOfMouthReport {
  definition_version: number;
  as_of: string;
  /**
   * a show runs, or more may come until the period's end
   */
  provisional: boolean;
  channel: string;
  time_zone: string;
  currency: string;
  /**
   * the show's id; null: a period
   */
  show: string | null;
  /**
   * days of the channel's time zone; null: a show
   */
  period: Period | null;
  shares: number;
  /**
   * people who shared
   */
  sharers: number;
  /**
   * joins of other people by a share link
   */
  visits: number;
  brought: Brought;
  /**
   * null where nobody shared
   */
  new_viewers_per_sharer: number | null;
  /**
   * people whom nobody brought, and who brought somebody
   */
  chains: number;
  /**
   * of the longest chain: 2 where A brought B, who brought C
   */
  depth: number;
  not_counted: NotCounted;
  /**
   * those who brought most first, 100 at most
   */
  by_sharer: SharerRow[];
  /**
   * who brought whom, of the longest chains first, 200 at most
   */
  links: ChainLink[];
  /**
   * as what those who are named above last asked something in the channel, by their ids; for hosts and admins alone
   */
  names?: {
    [k: string]: string;
  };
}
