// The shapes of `GET /v1/shows`, `/stats` and `/stats/series`, as the server's OpenAPI document has them. Shares are 0 to 1, money is in
// minor units; null means "cannot be known yet" or "nothing to divide by", never zero.
import type { Show, ShowState } from "../sdk/wire";

export interface ShowPage {
  shows: Show[];
  next: string | null;
}

export interface Ratio {
  part: number;
  whole: number;
  share: number | null;
}

export interface ReportedShow {
  id: string;
  channel: string;
  title: string;
  host: string;
  state: ShowState;
  started_at: string | null;
  ended_at: string | null;
  duration_seconds: number | null;
}

export interface RetentionPoint {
  minute: number;
  joined: number;
  present: number;
  of_joined: number | null;
  of_viewers: number | null;
}

export interface Audience {
  viewers: number;
  guests: number;
  views: number;
  visits: number;
  replay_viewers: number;
  viewers_in_all: number;
  watch_time: { total_seconds: number; mean_seconds: number | null; median_seconds: number | null };
  concurrency: { peak: number; peak_at: string | null; average: number | null };
  retention: RetentionPoint[];
}

export interface Engagement {
  engaged: Ratio;
  reactions: { sent: number; senders: number; mean_per_sender: number | null };
  votes: number;
  shares: number;
  sharers: number;
}

export interface QuestionsAndAnswers {
  askers: Ratio;
  asked: number;
  answered: Ratio;
  open: number;
  pending: number;
  dismissed: number;
  median_answer_seconds: number | null;
}

export interface FunnelStep {
  step: "impression" | "click" | "paid";
  viewers: number;
  of_first: number | null;
  of_previous: number | null;
  median_seconds_from_previous: number | null;
}

export interface Funnel {
  window: "live";
  steps: FunnelStep[];
  median_seconds_to_convert: number | null;
}

export interface Rate {
  per_viewer: Ratio;
  per_action: Ratio;
}

export interface Conversion {
  window: "live" | "24h" | "7d" | "30d";
  closes_at: string | null;
  provisional: boolean;
  rate: Ratio | null;
}

export interface Money {
  currency: string;
  orders: number;
  units: number;
  gmv_minor: number;
  refunded_minor: number;
  net_minor: number;
  aov_minor: number | null;
  gpm_minor: number | null;
}

export interface Repeat {
  window_days: number;
  viewers_before: Ratio | null;
  viewers_again: Ratio | null;
  viewers_again_known_at: string | null;
  buyers_before: Ratio | null;
  buyers_seen_before: Ratio | null;
  buyers_in_period: { since: string; until: string; rate: Ratio } | null;
}

export interface ProductFigures {
  product: string;
  title: string;
  impressions: number;
  impressed: number;
  clicks: number;
  clickers: number;
  orders: number;
  units: number;
  buyers: number;
  currency: string;
  gmv_minor: number;
}

export interface ShowReport {
  definition_version: number;
  as_of: string;
  provisional: boolean;
  show: ReportedShow;
  left_out: { suspected_bots: number; without_a_view: number; guests_without_consent: number; buyers_without_consent: number };
  headlines: { key: string; numbers: Record<string, number | string> }[];
  audience: Audience;
  engagement: Engagement;
  questions: QuestionsAndAnswers;
  funnel: Funnel;
  clicks: { ctr: Rate; ctor: Rate };
  conversion: Conversion[];
  money: Money[];
  repeat: Repeat;
  products: ProductFigures[];
}

export type MarkKind =
  | "product.pinned"
  | "product.unpinned"
  | "question.pinned"
  | "question.unpinned"
  | "question.answered"
  | "announce";

export interface Mark {
  t: number;
  at: string;
  kind: MarkKind;
  subject: string | null;
  text: string | null;
}

/** Columns of equal length: row i covers [t[i], t[i] + step_seconds) since the show's start. */
export interface SeriesReport {
  definition_version: number;
  as_of: string;
  provisional: boolean;
  show: ReportedShow;
  step_seconds: number;
  suspected_bots_left_out: number;
  t: number[];
  watching: number[];
  reactions: number[];
  questions: number[];
  clicks: number[];
  orders: number[];
  marks: Mark[];
}
