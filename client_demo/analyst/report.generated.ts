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
    "product.pinned" | "product.unpinned" | "question.pinned" | "question.unpinned" | "question.answered" | "announce";
  /**
   * id of the product or question
   */
  subject: string | null;
  /**
   * the product's title, the question, or what was announced
   */
  text: string | null;
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
   * what was given back of reported orders; null where none was reported: of other orders refunds are not recorded
   */
  refunded_minor: number | null;
  /**
   * GMV − refunded; null as long as that is
   */
  net_minor: number | null;
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
  products: ProductFigures[];
}
