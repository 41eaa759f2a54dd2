// Generated from wire.schema.json by `npm run generate`; changed there, never here.

/**
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "command".
 */
export type Command =
  | Join
  | React
  | Ask
  | Vote
  | Announce
  | AnnounceRemove
  | Click
  | Impression
  | Share
  | Playing
  | Buy
  | PlaceHold
  | HoldExchange
  | HoldRelease
  | WaitlistJoin
  | WaitlistLeave
  | Pay
  | PayCancel
  | Ping
  | QuestionApprove
  | QuestionAnswer
  | QuestionHold
  | QuestionBegin
  | QuestionUndo
  | QuestionMerge
  | QuestionLabel
  | QuestionMany
  | QuestionWithdraw
  | QuestionClaim
  | QuestionRelease
  | QuestionAnswering
  | QuestionDismiss
  | QuestionRestore
  | QuestionPin
  | QuestionUnpin
  | QuestionStage
  | QuestionUnstage
  | ProductPin
  | ProductUnpin
  | ProductRestock
  | ViewerBan
  | ViewerUnban
  | ViewerSanction
  | SanctionLift
  | AppealAnswer
  | Report
  | ReportSettle
  | SurveyAnswer
  | SurveyShown
  | SurveyOpen
  | SurveyClose
  | PollVote
  | PollSee
  | PollOpen
  | PollClose
  | PollHide
  | OfferSee
  | OfferOpen
  | OfferClose
  | PlaceBid
  | AuctionStart
  | AuctionCancel
  | ShowStart
  | ShowEnd
  | WriteComment
  | CommentWithdraw
  | CommentReact
  | CommentApprove
  | CommentRemove
  | CommentUndo
  | CommentToQuestion
  | CommentsSwitch
  | ShowModerate
  | GiveawayEnter
  | GiveawayClaim
  | GiveawayOpen
  | GiveawayClose
  | GiveawayDraw
  | GiveawayCancel
  | GiveawayHide
  | PostShow
  | PostHide
  | ShowHandOver
  | ArrivalSettle
  | ArrivalDecline;
/**
 * An error code as it stands on the wire.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "Code".
 */
export type Code =
  | "already_leading"
  | "already_voted"
  | "auction_closed"
  | "bad_json"
  | "banned"
  | "bidding_blocked"
  | "busy"
  | "buying_mixed"
  | "checkout_needed"
  | "claim_over"
  | "comments_closed"
  | "conflict"
  | "consent_needed"
  | "email_taken"
  | "feed_unreadable"
  | "forbidden"
  | "giveaway_closed"
  | "guests_refused"
  | "held_elsewhere"
  | "hold_ended"
  | "internal"
  | "invalid"
  | "join_first"
  | "key_reused"
  | "last_admin"
  | "muted"
  | "no_provider"
  | "no_replay"
  | "not_found"
  | "not_in_audience"
  | "not_refundable"
  | "not_welcome"
  | "offer_closed"
  | "outbid"
  | "outcome_unknown"
  | "payment_declined"
  | "picture_too_large"
  | "picture_unreadable"
  | "poll_closed"
  | "price_changed"
  | "shop_takes_orders"
  | "show_full"
  | "show_not_live"
  | "sold_out"
  | "survey_closed"
  | "taken"
  | "task_open"
  | "text_refused"
  | "token_expired"
  | "token_revoked"
  | "too_deep"
  | "too_fast"
  | "too_large"
  | "too_many"
  | "too_much"
  | "unauthenticated"
  | "unavailable"
  | "unknown_type"
  | "voucher_refused"
  | "waitlist_closed";

export interface Wire {
  [k: string]: unknown;
}
/**
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "Join".
 */
export interface Join {
  type: "join";
  show: string;
  token?: string | null;
  position?: Position | null;
  name?: string | null;
  remember?: boolean | null;
  wording?: string | null;
  source?: string | null;
  share?: string | null;
  own_share?: boolean;
  pulse_only?: boolean;
  guest?: string | null;
  device?: string | null;
  id?: number | null;
  key?: null;
}
/**
 * A place in a show's journal; `epoch` changes only if the journal itself was restored.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "Position".
 */
export interface Position {
  epoch: string;
  offset: number;
}
/**
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "React".
 */
export interface React {
  type: "react";
  kind: "clap" | "fire" | "heart" | "laugh" | "wow";
  n?: number;
  id?: number | null;
  key?: null;
}
/**
 * `product`: what it is about. `anonymous`: without the viewer's name. `replay_ms`: at the replay, which place of the show is seen.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "Ask".
 */
export interface Ask {
  type: "ask";
  text: string;
  product?: string | null;
  anonymous?: boolean;
  replay_ms?: number | null;
  id?: number | null;
  key?: string | null;
}
/**
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "Vote".
 */
export interface Vote {
  type: "vote";
  question: string;
  id?: number | null;
  key?: string | null;
}
/**
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "Announce".
 */
export interface Announce {
  type: "announce";
  text: string;
  id?: number | null;
  key?: string | null;
}
/**
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "AnnounceRemove".
 */
export interface AnnounceRemove {
  type: "announce.remove";
  announcement?: number | null;
  id?: number | null;
  key?: string | null;
}
/**
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "Click".
 */
export interface Click {
  type: "click";
  product: string;
  id?: number | null;
  key?: null;
}
/**
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "Impression".
 */
export interface Impression {
  type: "impression";
  /**
   * @minItems 1
   * @maxItems 20
   */
  products: string[];
  id?: number | null;
  key?: null;
}
/**
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "Share".
 */
export interface Share {
  type: "share";
  via?: string;
  id?: number | null;
  key?: string | null;
}
/**
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "Playing".
 */
export interface Playing {
  type: "playing";
  playing?: boolean;
  id?: number | null;
  key?: null;
}
/**
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "Buy".
 */
export interface Buy {
  type: "buy";
  product: string;
  quantity: number;
  key: string;
  price?: number | null;
  offer?: string | null;
  id?: number | null;
}
/**
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "PlaceHold".
 */
export interface PlaceHold {
  type: "hold";
  /**
   * @minItems 1
   * @maxItems 20
   */
  lines: LineToHold[];
  key: string;
  id?: number | null;
}
/**
 * So many units of a product, or variant; `price` is what the viewer saw.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "LineToHold".
 */
export interface LineToHold {
  product: string;
  quantity: number;
  price?: number | null;
  offer?: string | null;
}
/**
 * These lines in the place of one's own hold, under the time that it has.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "HoldExchange".
 */
export interface HoldExchange {
  type: "hold.exchange";
  hold: string;
  /**
   * @minItems 1
   * @maxItems 20
   */
  lines: LineToHold[];
  key: string;
  id?: number | null;
}
/**
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "HoldRelease".
 */
export interface HoldRelease {
  type: "hold.release";
  hold: string;
  id?: number | null;
  key?: string | null;
}
/**
 * Wait in line for units of a product, or variant, that is sold out.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "WaitlistJoin".
 */
export interface WaitlistJoin {
  type: "waitlist.join";
  product: string;
  quantity: number;
  key: string;
  id?: number | null;
}
/**
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "WaitlistLeave".
 */
export interface WaitlistLeave {
  type: "waitlist.leave";
  product: string;
  id?: number | null;
  key?: string | null;
}
/**
 * Begin to pay for a hold; `method` in the provider's words.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "Pay".
 */
export interface Pay {
  type: "pay";
  hold: string;
  key: string;
  method?: string;
  id?: number | null;
}
/**
 * End a payment that is open; once it has ended, the same again changes nothing.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "PayCancel".
 */
export interface PayCancel {
  type: "pay.cancel";
  payment: string;
  id?: number | null;
  key?: null;
}
/**
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "Ping".
 */
export interface Ping {
  type: "ping";
  id?: number | null;
  key?: null;
}
/**
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "QuestionApprove".
 */
export interface QuestionApprove {
  type: "question.approve";
  question: string;
  version?: number | null;
  id?: number | null;
  key?: string | null;
}
/**
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "QuestionAnswer".
 */
export interface QuestionAnswer {
  type: "question.answer";
  question: string;
  version?: number | null;
  text?: string | null;
  live?: boolean;
  private?: boolean;
  id?: number | null;
  key?: string | null;
}
/**
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "QuestionHold".
 */
export interface QuestionHold {
  type: "question.hold";
  question: string;
  version?: number | null;
  id?: number | null;
  key?: string | null;
}
/**
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "QuestionBegin".
 */
export interface QuestionBegin {
  type: "question.begin";
  question: string;
  version?: number | null;
  id?: number | null;
  key?: string | null;
}
/**
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "QuestionUndo".
 */
export interface QuestionUndo {
  type: "question.undo";
  question: string;
  version?: number | null;
  id?: number | null;
  key?: string | null;
}
/**
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "QuestionMerge".
 */
export interface QuestionMerge {
  type: "question.merge";
  question: string;
  into: string;
  version?: number | null;
  id?: number | null;
  key?: string | null;
}
/**
 * In the place of the labels that it had.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "QuestionLabel".
 */
export interface QuestionLabel {
  type: "question.label";
  question: string;
  /**
   * @maxItems 10
   */
  labels: string[];
  id?: number | null;
  key?: string | null;
}
/**
 * Done in order, in one transaction.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "QuestionMany".
 */
export interface QuestionMany {
  type: "question.many";
  /**
   * @minItems 1
   * @maxItems 100
   */
  acts: ManyAct[];
  id?: number | null;
  key?: string | null;
}
/**
 * One of many acts; `reason` of a dismissal, `into` of a merge, `labels` of a label.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "ManyAct".
 */
export interface ManyAct {
  act: "answer_live" | "approve" | "dismiss" | "hold" | "label" | "merge" | "restore" | "undo";
  question: string;
  version?: number | null;
  reason?: "duplicate" | "off_topic" | "other" | "rude" | "spam";
  into?: string | null;
  /**
   * @maxItems 10
   */
  labels?: string[];
}
/**
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "QuestionWithdraw".
 */
export interface QuestionWithdraw {
  type: "question.withdraw";
  question: string;
  id?: number | null;
  key?: string | null;
}
/**
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "QuestionClaim".
 */
export interface QuestionClaim {
  type: "question.claim";
  question: string;
  take_over?: boolean;
  id?: number | null;
  key?: null;
}
/**
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "QuestionRelease".
 */
export interface QuestionRelease {
  type: "question.release";
  question: string;
  id?: number | null;
  key?: null;
}
/**
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "QuestionAnswering".
 */
export interface QuestionAnswering {
  type: "question.answering";
  question: string;
  answering?: boolean;
  id?: number | null;
  key?: null;
}
/**
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "QuestionDismiss".
 */
export interface QuestionDismiss {
  type: "question.dismiss";
  question: string;
  version?: number | null;
  reason?: "duplicate" | "off_topic" | "other" | "rude" | "spam";
  id?: number | null;
  key?: string | null;
}
/**
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "QuestionRestore".
 */
export interface QuestionRestore {
  type: "question.restore";
  question: string;
  version?: number | null;
  id?: number | null;
  key?: string | null;
}
/**
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "QuestionPin".
 */
export interface QuestionPin {
  type: "question.pin";
  question: string;
  id?: number | null;
  key?: string | null;
}
/**
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "QuestionUnpin".
 */
export interface QuestionUnpin {
  type: "question.unpin";
  question?: string | null;
  id?: number | null;
  key?: string | null;
}
/**
 * `seen`: the host on whose stage it stood when this was wanted, null for none; not said: whatever it is.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "QuestionStage".
 */
export interface QuestionStage {
  type: "question.stage";
  question: string;
  host: string;
  now?: boolean;
  seen?: string | null;
  id?: number | null;
  key?: string | null;
}
/**
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "QuestionUnstage".
 */
export interface QuestionUnstage {
  type: "question.unstage";
  question: string;
  seen?: string | null;
  id?: number | null;
  key?: string | null;
}
/**
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "ProductPin".
 */
export interface ProductPin {
  type: "product.pin";
  product: string;
  id?: number | null;
  key?: string | null;
}
/**
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "ProductUnpin".
 */
export interface ProductUnpin {
  type: "product.unpin";
  product?: string | null;
  id?: number | null;
  key?: string | null;
}
/**
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "ProductRestock".
 */
export interface ProductRestock {
  type: "product.restock";
  product: string;
  add: number;
  id?: number | null;
  key?: string | null;
}
/**
 * By the viewer's id, or by a question that they asked; one of the two.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "ViewerBan".
 */
export interface ViewerBan {
  type: "viewer.ban";
  viewer?: string | null;
  question?: string | null;
  id?: number | null;
  key?: string | null;
}
/**
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "ViewerUnban".
 */
export interface ViewerUnban {
  type: "viewer.unban";
  viewer: string;
  id?: number | null;
  key?: string | null;
}
/**
 * By the viewer's id, or by a question, a comment or a post of theirs; one of the four.
 *
 *     `seconds` of a time-out or a ban; `channel`: a ban from all its shows; `device`, `address`: of whoever comes with the same one, too.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "ViewerSanction".
 */
export interface ViewerSanction {
  type: "viewer.sanction";
  kind: "ban" | "hold" | "mute" | "shadow" | "timeout";
  viewer?: string | null;
  question?: string | null;
  comment?: string | null;
  post?: string | null;
  seconds?: number | null;
  reason?: "abuse" | "evasion" | "fraud" | "off_topic" | "other" | "personal_data" | "spam";
  channel?: boolean;
  device?: boolean;
  address?: boolean;
  id?: number | null;
  key?: string | null;
}
/**
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "SanctionLift".
 */
export interface SanctionLift {
  type: "sanction.lift";
  sanction: string;
  id?: number | null;
  key?: string | null;
}
/**
 * `lift`: the sanction ends; else it stays.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "AppealAnswer".
 */
export interface AppealAnswer {
  type: "appeal.answer";
  sanction: string;
  lift: boolean;
  id?: number | null;
  key?: string | null;
}
/**
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "Report".
 */
export interface Report {
  type: "report";
  kind: "comment" | "post" | "question";
  item: string;
  reason: "abuse" | "fraud" | "off_topic" | "other" | "personal_data" | "spam";
  id?: number | null;
  key?: string | null;
}
/**
 * `ignore`: who reported it did so for nothing, and is not counted in this channel any more.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "ReportSettle".
 */
export interface ReportSettle {
  type: "report.settle";
  kind: "comment" | "post" | "question";
  item: string;
  ignore?: boolean;
  id?: number | null;
  key?: string | null;
}
/**
 * `score` of a score or stars, `choice` from 0, `text` of a text or of a reason.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "SurveyAnswer".
 */
export interface SurveyAnswer {
  type: "survey.answer";
  survey: string;
  score?: number | null;
  choice?: number | null;
  text?: string | null;
  id?: number | null;
  key?: string | null;
}
/**
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "SurveyShown".
 */
export interface SurveyShown {
  type: "survey.shown";
  survey: string;
  id?: number | null;
  key?: null;
}
/**
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "SurveyOpen".
 */
export interface SurveyOpen {
  type: "survey.open";
  survey: string;
  id?: number | null;
  key?: string | null;
}
/**
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "SurveyClose".
 */
export interface SurveyClose {
  type: "survey.close";
  survey: string;
  id?: number | null;
  key?: string | null;
}
/**
 * `choices` from 0; `version`: of the poll that the voter saw.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "PollVote".
 */
export interface PollVote {
  type: "poll.vote";
  poll: string;
  /**
   * @minItems 1
   * @maxItems 10
   */
  choices: number[];
  version?: number | null;
  id?: number | null;
  key?: string | null;
}
/**
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "PollSee".
 */
export interface PollSee {
  type: "poll.see";
  poll: string;
  id?: number | null;
  key?: null;
}
/**
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "PollOpen".
 */
export interface PollOpen {
  type: "poll.open";
  poll: string;
  version?: number | null;
  id?: number | null;
  key?: string | null;
}
/**
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "PollClose".
 */
export interface PollClose {
  type: "poll.close";
  poll: string;
  version?: number | null;
  id?: number | null;
  key?: string | null;
}
/**
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "PollHide".
 */
export interface PollHide {
  type: "poll.hide";
  poll: string;
  version?: number | null;
  id?: number | null;
  key?: string | null;
}
/**
 * `code`: of an offer to the holders of one, given once.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "OfferSee".
 */
export interface OfferSee {
  type: "offer.see";
  offer: string;
  code?: string | null;
  id?: number | null;
  key?: null;
}
/**
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "OfferOpen".
 */
export interface OfferOpen {
  type: "offer.open";
  offer: string;
  id?: number | null;
  key?: string | null;
}
/**
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "OfferClose".
 */
export interface OfferClose {
  type: "offer.close";
  offer: string;
  id?: number | null;
  key?: string | null;
}
/**
 * `max`: how far the bidder goes for the lot, in minor units.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "PlaceBid".
 */
export interface PlaceBid {
  type: "bid";
  auction: string;
  max: number;
  key: string;
  id?: number | null;
}
/**
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "AuctionStart".
 */
export interface AuctionStart {
  type: "auction.start";
  auction: string;
  id?: number | null;
  key?: string | null;
}
/**
 * `reason` is told to all.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "AuctionCancel".
 */
export interface AuctionCancel {
  type: "auction.cancel";
  auction: string;
  reason: string;
  id?: number | null;
  key?: string | null;
}
/**
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "ShowStart".
 */
export interface ShowStart {
  type: "show.start";
  id?: number | null;
  key?: string | null;
}
/**
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "ShowEnd".
 */
export interface ShowEnd {
  type: "show.end";
  id?: number | null;
  key?: string | null;
}
/**
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "WriteComment".
 */
export interface WriteComment {
  type: "comment";
  text: string;
  id?: number | null;
  key?: string | null;
}
/**
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "CommentWithdraw".
 */
export interface CommentWithdraw {
  type: "comment.withdraw";
  comment: string;
  id?: number | null;
  key?: string | null;
}
/**
 * `on` false takes it back.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "CommentReact".
 */
export interface CommentReact {
  type: "comment.react";
  comment: string;
  kind?: "clap" | "fire" | "heart" | "laugh" | "wow";
  on?: boolean;
  id?: number | null;
  key?: string | null;
}
/**
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "CommentApprove".
 */
export interface CommentApprove {
  type: "comment.approve";
  comment: string;
  version?: number | null;
  id?: number | null;
  key?: string | null;
}
/**
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "CommentRemove".
 */
export interface CommentRemove {
  type: "comment.remove";
  comment: string;
  version?: number | null;
  reason?: "duplicate" | "off_topic" | "other" | "rude" | "spam";
  id?: number | null;
  key?: string | null;
}
/**
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "CommentUndo".
 */
export interface CommentUndo {
  type: "comment.undo";
  comment: string;
  version?: number | null;
  id?: number | null;
  key?: string | null;
}
/**
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "CommentToQuestion".
 */
export interface CommentToQuestion {
  type: "comment.to_question";
  comment: string;
  version?: number | null;
  id?: number | null;
  key?: string | null;
}
/**
 * Who may comment from now on.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "CommentsSwitch".
 */
export interface CommentsSwitch {
  type: "comments.switch";
  comments: "known" | "off" | "on";
  id?: number | null;
  key?: string | null;
}
/**
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "ShowModerate".
 */
export interface ShowModerate {
  type: "show.moderate";
  moderation?: "post" | "pre";
  slow_seconds?: number | null;
  version?: number | null;
  id?: number | null;
  key?: string | null;
}
/**
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "GiveawayEnter".
 */
export interface GiveawayEnter {
  type: "giveaway.enter";
  giveaway: string;
  id?: number | null;
  key?: string | null;
}
/**
 * `contact`: where the prize is to go, for hosts and admins alone.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "GiveawayClaim".
 */
export interface GiveawayClaim {
  type: "giveaway.claim";
  giveaway: string;
  contact?: string;
  id?: number | null;
  key?: string | null;
}
/**
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "GiveawayOpen".
 */
export interface GiveawayOpen {
  type: "giveaway.open";
  giveaway: string;
  version?: number | null;
  id?: number | null;
  key?: string | null;
}
/**
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "GiveawayClose".
 */
export interface GiveawayClose {
  type: "giveaway.close";
  giveaway: string;
  version?: number | null;
  id?: number | null;
  key?: string | null;
}
/**
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "GiveawayDraw".
 */
export interface GiveawayDraw {
  type: "giveaway.draw";
  giveaway: string;
  version?: number | null;
  id?: number | null;
  key?: string | null;
}
/**
 * `reason`: what everybody is told.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "GiveawayCancel".
 */
export interface GiveawayCancel {
  type: "giveaway.cancel";
  giveaway: string;
  version?: number | null;
  reason?: string;
  id?: number | null;
  key?: string | null;
}
/**
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "GiveawayHide".
 */
export interface GiveawayHide {
  type: "giveaway.hide";
  giveaway: string;
  version?: number | null;
  id?: number | null;
  key?: string | null;
}
/**
 * `version`: the one that was seen; without it, whichever there is.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "PostShow".
 */
export interface PostShow {
  type: "post.show";
  post: string;
  version?: number | null;
  id?: number | null;
  key?: string | null;
}
/**
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "PostHide".
 */
export interface PostHide {
  type: "post.hide";
  post: string;
  id?: number | null;
  key?: string | null;
}
/**
 * Without a show: taken back.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "ShowHandOver".
 */
export interface ShowHandOver {
  type: "show.hand_over";
  show?: string | null;
  id?: number | null;
  key?: string | null;
}
/**
 * `show`: the one whose audience comes.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "ArrivalSettle".
 */
export interface ArrivalSettle {
  type: "arrival.settle";
  show: string;
  id?: number | null;
  key?: string | null;
}
/**
 * The audience of `show` is not taken, whether it comes already or not; `undo`: it may come after all.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "ArrivalDecline".
 */
export interface ArrivalDecline {
  type: "arrival.decline";
  show: string;
  undo?: boolean;
  id?: number | null;
  key?: string | null;
}
/**
 * What became of one of many acts: how the question stands, or the `code` of the refusal, with its further fields.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "ActDone".
 */
export interface ActDone {
  question: string;
  state?: ("answered" | "answering" | "dismissed" | "merged" | "open" | "pending" | "shadowed" | "withdrawn") | null;
  version?: number | null;
  code?: Code | null;
  current?: StaffQuestion | null;
  claimed_by?: Claimed | null;
}
/**
 * A question as staff see it; `before` is the state that `question.undo` leads to, `merged` how many are merged into it.
 *
 *     `held` says why it was held or shadowed, where the show's moderation alone does not.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "StaffQuestion".
 */
export interface StaffQuestion {
  id: string;
  text: string;
  author: string;
  state: "answered" | "answering" | "dismissed" | "merged" | "open" | "pending" | "shadowed" | "withdrawn";
  votes: number;
  version: number;
  asked_at: string;
  answer: Answer | null;
  role?: string | null;
  guest?: number | null;
  product?: string | null;
  anonymous?: boolean;
  merged_into?: string | null;
  comment?: string | null;
  replay_ms?: number | null;
  claim?: Claimed | null;
  before?: ("answered" | "answering" | "dismissed" | "merged" | "open" | "pending" | "shadowed" | "withdrawn") | null;
  labels?: string[];
  merged?: number;
  held?: HeldFor[];
  dismissed_reason: string | null;
  moderated_by: string | null;
  votes_apart: number;
}
/**
 * The host's side's answer: by `text`, or `live` in the video; `by` whom, and in which `role` (not known of old answers).
 *
 *     `private`: its `text` is for those alone who asked or voted, and null for everybody else. `show_ms`: where in the show an answer by
 *     voice begins, in milliseconds since the start.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "Answer".
 */
export interface Answer {
  text: string | null;
  live: boolean;
  at: string;
  by?: string | null;
  role?: string | null;
  private?: boolean;
  show_ms?: number | null;
}
/**
 * Who of the staff works on a question: nobody any more once `until` has passed.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "Claimed".
 */
export interface Claimed {
  viewer: string;
  name: string;
  until: string;
}
/**
 * One reason. `what`: the list's entry, the link's host, or what the reviewer says; of `no_reviewer`, why it gave no answer.
 *
 *     `sanction`: what its writer writes waits for approval.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "HeldFor".
 */
export interface HeldFor {
  by: "link" | "newcomer" | "no_reviewer" | "pattern" | "reviewer" | "sanction" | "word";
  what?: string | null;
}
/**
 * What was announced last: `by` which role, under which `name`, at which `offset` of the journal (neither known of old ones).
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "Announcement".
 */
export interface Announcement {
  text: string;
  by: string;
  at: string;
  name?: string | null;
  offset?: number;
}
/**
 * That somebody has appealed, when, and what came of it, by whom. Its words are read over HTTP.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "Appeal".
 */
export interface Appeal {
  state: "kept" | "lifted" | "open";
  at: string;
  by?: string | null;
}
/**
 * The audience of `show` comes, as that one is called and hosted, of the channel with that name.
 *
 *     `viewers`: so many watched it at `at`, to two digits; null: nobody counted them.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "Arrival".
 */
export interface Arrival {
  show: string;
  title: string;
  host: string;
  channel: string;
  at: string;
  viewers?: number | null;
}
/**
 * An auction that runs; money is in minor units of `currency`, and for the whole lot of `quantity` units.
 *
 *     `price` and `leader` (the number of a bidder in this auction) are absent before the first bid. `least`: the least bid that counts now.
 *     `reserve_met` is absent where there is no reserve. `ends_at`, by the server's clock, may move. Who bids `sudden_death` wins at once.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "Auction".
 */
export interface Auction {
  id: string;
  product: string;
  quantity: number;
  currency: string;
  least: number;
  bids: number;
  opened_at: string;
  ends_at: string;
  price?: number | null;
  leader?: number | null;
  reserve_met?: boolean | null;
  sudden_death?: number | null;
}
/**
 * A viewer who may not enter the show: the `name` that they asked under, if they did, since when, `by` whom, and `until` when.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "Banned".
 */
export interface Banned {
  viewer: string;
  name: string | null;
  at: string;
  by: string;
  until?: string;
}
/**
 * A comment as everybody may see it who was shown it.
 *
 *     `n`: its place among those that viewers were shown, from 1, each one more than the one before. `role` and `guest` are as a question's.
 *     `reactions`: by kind from how many viewers. `question`: what a moderator made of it.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "Comment".
 */
export interface Comment {
  id: string;
  text: string;
  author: string;
  at: string;
  n: number;
  role?: string | null;
  guest?: number | null;
  reactions?: {
    [k: string]: number;
  };
  question?: string | null;
}
/**
 * The stream of a show: how many comments were `written` that everybody may see, how many of those viewers were `shown`.
 *
 *     `latest`: the last 50 that they were shown (`n` above `shown` - 50), without those that are gone, the oldest first.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "Comments".
 */
export interface Comments {
  written: number;
  shown: number;
  latest: Comment[];
}
/**
 * The audience of `show` is not taken, as that one is called and hosted, of the channel with that name.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "Declined".
 */
export interface Declined {
  show: string;
  title: string;
  host: string;
  channel: string;
}
/**
 * A giveaway that is open, closed, drawn or cancelled, as everybody reads it.
 *
 *     `commitment` is the SHA-256 of the `seed`, which is told with the draw; `digest` that of the drawn entries' tickets (2.25).
 *     `per_address`: so many guests of one address are drawn, 0 any number. `hint`: what the host's side says of the terms. `reason`: why
 *     it was cancelled.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "Giveaway".
 */
export interface Giveaway {
  id: string;
  prize: string;
  task: "buy" | "comment" | "enter" | "poll" | "question" | "react";
  state: "cancelled" | "closed" | "drawn" | "open" | "ready";
  version: number;
  opened_at: string;
  winners_max: number;
  claim_seconds: number;
  per_address: number;
  commitment: string;
  entries: number;
  product?: string | null;
  hint?: string;
  closes_at?: string | null;
  seed?: string | null;
  digest?: string | null;
  left_out?: LeftOut | null;
  winners?: Winner[];
  reason?: string;
}
/**
 * How many entries were left out of a draw, by why; nobody is named.
 *
 *     `staff`: of the channel's side. `sanctioned`: banned, timed out or muted at the draw. `suspect`: in doubt, as a vote would be.
 *     `twice`: another entry of one person, who had entered as a guest before. `address`: of guests, one of too many from one address.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "LeftOut".
 */
export interface LeftOut {
  staff?: number;
  sanctioned?: number;
  suspect?: number;
  twice?: number;
  address?: number;
}
/**
 * Who was drawn: their `ticket`, the name that the show knows them by, and until when they may claim the prize.
 *
 *     `rank` is their place in the draw, from 0; `guest` the number of one who chose no name.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "Winner".
 */
export interface Winner {
  rank: number;
  ticket: string;
  name: string;
  state: "claimed" | "passed" | "won";
  claim_by: string;
  guest?: number | null;
}
/**
 * A question on a host's stage, and who put it there.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "Given".
 */
export interface Given {
  question: string;
  by: string;
}
/**
 * To which show another one hands its audience over, as that was called and hosted at `at`; `channel`: where it is another one's.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "HandOver".
 */
export interface HandOver {
  show: string;
  title: string;
  host: string;
  at: string;
  channel?: string;
}
/**
 * `quantity` units of a product, or variant, at `price` each, in minor units of the hold's currency.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "HeldLine".
 */
export interface HeldLine {
  product: string;
  quantity: number;
  price: number;
  offer?: string | null;
}
/**
 * A hold as its viewer sees it: all lines cost `amount`, in minor units of `currency`; the server's clock ends it at `expires_at`.
 *
 *     `paying`: a payment of it is open, and until that is settled it does not expire. `order` is what it became. `why` it ended, where
 *     there is more to say than its state. `origin`: who placed it, where the viewer did not; `waitlist`: it is their turn in line.
 *     `auction`: whose lot it is. `exchanges`: the hold in whose place it came, with its time. `first_paid`: none of its units are set aside
 *     before it is paid: they go to whoever pays first.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "HeldStock".
 */
export interface HeldStock {
  hold: string;
  state: "confirmed" | "expired" | "placed" | "released";
  lines: HeldLine[];
  amount: number;
  currency: string;
  placed_at: string;
  expires_at: string;
  paying?: boolean;
  ended_at?: string | null;
  why?: string | null;
  order?: string | null;
  origin?: "waitlist" | null;
  auction?: string | null;
  exchanges?: string | null;
  first_paid?: boolean;
}
/**
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "JoinedAsStaff".
 */
export interface JoinedAsStaff {
  type: "joined";
  snapshot?: StaffSnapshot | null;
  id?: number;
  viewer: string;
  role: string;
  expires_at: string;
  recovered: boolean;
  position: Position;
  token?: string | null;
  name_refused?: boolean;
  name?: string | null;
  guest?: number | null;
}
/**
 * The same for staff: all questions, and the sales so far.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "StaffSnapshot".
 */
export interface StaffSnapshot {
  show: Show;
  products: Product[];
  pinned_product: string | null;
  pinned_question: string | null;
  announcement: Announcement | null;
  questions: StaffQuestion[];
  sales: Sales;
  banned: Banned[];
  older_questions?: Question[];
  survey?: Survey;
  offers?: StaffOffer[];
  auctions?: Auction[];
  comments?: StaffComments;
  poll?: StaffPoll;
  sanctions?: Sanction[];
  reported?: Reported[];
  giveaway?: Giveaway;
  stages?: StaffStage[];
  post?: Post;
  posts_waiting?: number;
  arrivals?: Arrival[];
  declined?: Declined[];
}
/**
 * A show as everybody may see it.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "Show".
 */
export interface Show {
  id: string;
  channel: string;
  title: string;
  host: string;
  state: "cancelled" | "draft" | "ended" | "live" | "rehearsal" | "scheduled";
  moderation: "post" | "pre";
  starts_at: string | null;
  started_at: string | null;
  ended_at: string | null;
  video: Video;
  description?: string;
  cover?: string;
  cover_alt?: string;
  planned_minutes?: number | null;
  guests_allowed?: boolean;
  picture_sync?: "date" | "fixed" | "off";
  picture_delay_ms?: number;
  version?: number;
  comments?: "known" | "off" | "on";
  slow_seconds?: number | null;
  hand_over?: HandOver | null;
  replay?: Replay | null;
  joint?: Joint | null;
}
/**
 * Addresses of the show's pictures; empty strings where there is none.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "Video".
 */
export interface Video {
  hls: string;
  mp4: string;
  poster: string;
}
/**
 * Where the recording of an ended show is, and how its clock stands to the show's; an empty address: none.
 *
 *     The recording's first frame is `starts_ms` after the show's start, before it where that is negative. It lasts `length_ms`; None:
 *     nobody said, and it is taken to last until the show's end.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "Replay".
 */
export interface Replay {
  hls: string;
  mp4: string;
  starts_ms: number;
  length_ms: number | null;
}
/**
 * Which shows are held as one. `leading`: where people talk, and what everybody watches; the others sell beside it.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "Joint".
 */
export interface Joint {
  leading: string;
  shows: JointShow[];
}
/**
 * One of the shows that are held as one: whose it is, and what that channel is called.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "JointShow".
 */
export interface JointShow {
  show: string;
  channel: string;
  name: string;
}
/**
 * A product on sale; `price` in minor units of `currency`, `stock` in units left.
 *
 *     `limit`: so many units one viewer may buy in the show; absent: as many as there are. `compare_at`: a price above `price` that is struck
 *     through. `images`: all its pictures, where there are several. `image_alts`: by address what each of them shows, where somebody said it;
 *     `image_alt` is that of `image`. Products stand by `rank`, then by `id`.
 *
 *     `buying`: that it is bought, with its variants, by a hold and the checkout; absent: by `buy`. `first_paid`: its units are held for
 *     nobody before they are paid.
 *
 *     With `variants`, which have a value for each of `options`, the product itself is not sold: `price` is the lowest, `stock` 0.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "Product".
 */
export interface Product {
  id: string;
  title: string;
  description: string;
  image: string;
  price: number;
  currency: string;
  stock: number;
  rank: number;
  limit?: number;
  compare_at?: number;
  sku?: string;
  images?: string[];
  image_alt?: string;
  image_alts?: {
    [k: string]: string;
  };
  options?: string[];
  variants?: Variant[];
  buying?: "checkout" | "first_paid";
}
/**
 * What is sold of a product with variants; `options` has a value for each of the product's `options`.
 *
 *     `image` is empty where it has none of its own. Price, `compare_at`, `stock` and `limit` are as in a product.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "Variant".
 */
export interface Variant {
  id: string;
  options: {
    [k: string]: string;
  };
  price: number;
  stock: number;
  image: string;
  compare_at?: number;
  sku?: string;
  limit?: number;
  image_alt?: string;
}
/**
 * Totals of a show: paid orders, units, and minor units per currency.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "Sales".
 */
export interface Sales {
  orders: number;
  units: number;
  amount: {
    [k: string]: number;
  };
}
/**
 * A question as everybody may see it.
 *
 *     `role` is the author's, there unless it is `viewer`. `guest` is the number of an author who chose no name; `author` then is `Guest` and
 *     that number, which pages write in their reader's language. `anonymous`: its author wishes no name; `author` then is `Anonymous`, for
 *     staff with the pseudonym that they have in the channel. `product` is what it is about. `merged_into`, of one that is merged: which
 *     question stands for it. `comment`: what a moderator made it of. `replay_ms`: asked at the replay, at that place of the show.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "Question".
 */
export interface Question {
  id: string;
  text: string;
  author: string;
  state: "answered" | "answering" | "dismissed" | "merged" | "open" | "pending" | "shadowed" | "withdrawn";
  votes: number;
  version: number;
  asked_at: string;
  answer: Answer | null;
  role?: string | null;
  guest?: number | null;
  product?: string | null;
  anonymous?: boolean;
  merged_into?: string | null;
  comment?: string | null;
  replay_ms?: number | null;
}
/**
 * A question that is put to everybody: a score from 0 to 10 (`nps`), one of `choices`, `stars` from 1 to 5, or a `text`.
 *
 *     `why`: a score may be given a reason. `product`: the stars are about it. `closes_at`: until when it is answered after the show's end.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "Survey".
 */
export interface Survey {
  id: string;
  kind: "choice" | "nps" | "stars" | "text";
  question: string;
  opened_at: string;
  choices?: string[];
  why?: boolean;
  product?: string | null;
  closes_at?: string | null;
}
/**
 * The same for staff: its terms, and what was sold and is held under it; money in minor units of `currency`.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "StaffOffer".
 */
export interface StaffOffer {
  id: string;
  product: string;
  audience: "code" | "everyone" | "repeat_buyers" | "returning" | "segment";
  opened_at: string;
  price: number;
  currency: string;
  sold: number;
  held: number;
  amount: number;
  closes_at?: string | null;
  left?: number | null;
  units_max?: number | null;
  per_viewer_max?: number | null;
  segment?: string | null;
}
/**
 * The same for staff, who are `told` of more: the last 200 of those, whatever their state.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "StaffComments".
 */
export interface StaffComments {
  written: number;
  shown: number;
  told: number;
  latest: StaffComment[];
}
/**
 * A comment as staff see it. `n`: its place among those that staff are told of; 0 while it has none.
 *
 *     `shown`: its place among those that viewers were shown; absent: they were not. `before`: the state that `comment.undo` leads to.
 *     `shadow`: nobody else sees it but its writer, who does not know.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "StaffComment".
 */
export interface StaffComment {
  id: string;
  text: string;
  author: string;
  at: string;
  n: number;
  state: "held" | "open" | "removed" | "withdrawn";
  version: number;
  shown?: number | null;
  role?: string | null;
  guest?: number | null;
  reactions?: {
    [k: string]: number;
  };
  question?: string | null;
  before?: ("held" | "open" | "removed" | "withdrawn") | null;
  reason?: string | null;
  moderated_by?: string | null;
  shadow?: boolean;
}
/**
 * The same for staff, with all counts at any time. `apart`: how many votes are in no count, of guests in doubt and of staff.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "StaffPoll".
 */
export interface StaffPoll {
  id: string;
  kind: "multiple" | "quiz" | "single";
  question: string;
  choices: string[];
  results: "always" | "closed" | "voted";
  state: "closed" | "open" | "ready";
  version: number;
  opened_at: string;
  voters: number;
  min?: number;
  max?: number;
  changeable?: boolean;
  closes_at?: string | null;
  closed_at?: string | null;
  ended?: ("host" | "next" | "show_ended" | "time") | null;
  counts?: number[] | null;
  right?: number | null;
  apart: number;
}
/**
 * As staff see it. `until`: its end, if it has one before the show's; `channel`: it holds in every show of the channel.
 *
 *     `device`, `address`: whoever comes with the same one is out, too. `like`: laid by the server, since they are likely the person of that
 *     ban, by what `like_by` says.
 *
 *     It stays in a list after its end, until it is lifted: whoever reads it compares `until`.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "Sanction".
 */
export interface Sanction {
  id: string;
  kind: "ban" | "hold" | "mute" | "shadow" | "timeout";
  viewer: string;
  reason: "abuse" | "evasion" | "fraud" | "off_topic" | "other" | "personal_data" | "spam";
  at: string;
  by: string;
  version: number;
  name?: string | null;
  until?: string | null;
  channel?: boolean;
  appeal?: Appeal;
  device?: boolean;
  address?: boolean;
  like?: string | null;
  like_by?: ("address" | "device") | null;
}
/**
 * How many viewers have reported an item, by their reasons, the last one at `at`; none any more: it is settled.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "Reported".
 */
export interface Reported {
  kind: string;
  item: string;
  reporters: number;
  reasons: {
    [k: string]: number;
  };
  at: string;
}
/**
 * The same for staff: `host` by id, and all their questions, the one before them first, then what comes next.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "StaffStage".
 */
export interface StaffStage {
  host: string;
  name: string;
  questions: Given[];
}
/**
 * A post that staff have approved, as everybody reads it.
 *
 *     `author` is empty where the author did not want to be named; `guest`: the number of one who chose no name. `picture`: the address of
 *     a rendering; `width` and `height` are those that it came with.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "Post".
 */
export interface Post {
  id: string;
  product: string;
  text: string;
  author: string;
  at: string;
  guest?: number | null;
  picture?: string | null;
  width?: number | null;
  height?: number | null;
}
/**
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "JoinedAsViewer".
 */
export interface JoinedAsViewer {
  type: "joined";
  snapshot?: Snapshot | null;
  id?: number;
  viewer: string;
  role: string;
  expires_at: string;
  recovered: boolean;
  position: Position;
  token?: string | null;
  name_refused?: boolean;
  name?: string | null;
  guest?: number | null;
}
/**
 * A show's full public state; true at the position that travels beside it.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "Snapshot".
 */
export interface Snapshot {
  show: Show;
  products: Product[];
  pinned_product: string | null;
  pinned_question: string | null;
  announcement: Announcement | null;
  questions: Question[];
  older_questions?: Question[];
  order_taker?: "shop";
  survey?: Survey;
  offers?: Offer[];
  auctions?: Auction[];
  comments?: Comments;
  poll?: Poll;
  giveaway?: Giveaway;
  stages?: Stage[];
  post?: Post;
}
/**
 * An open offer as everybody may know of it. What it costs `offer.see` tells, to those it is open to.
 *
 *     `product` is what is sold, a variant where there are any. `closes_at`: when it closes by itself; absent: when the host's side closes it.
 *     `left`: units that may still be taken under it; absent: as many as there are of the product.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "Offer".
 */
export interface Offer {
  id: string;
  product: string;
  audience: "code" | "everyone" | "repeat_buyers" | "returning" | "segment";
  opened_at: string;
  closes_at?: string | null;
  left?: number | null;
}
/**
 * A poll that is open, or whose result is shown.
 *
 *     `min` to `max` of the `choices` are taken in a vote; with `changeable` another vote takes the place of the first until it is closed.
 *     `closes_at`: when it closes by itself. `voters`: how many people voted. `counts`: how many took each choice; absent while they are
 *     hidden. `right`, of a quiz that is closed: which choice is right, from 0. `ended`: why it is closed.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "Poll".
 */
export interface Poll {
  id: string;
  kind: "multiple" | "quiz" | "single";
  question: string;
  choices: string[];
  results: "always" | "closed" | "voted";
  state: "closed" | "open" | "ready";
  version: number;
  opened_at: string;
  voters: number;
  min?: number;
  max?: number;
  changeable?: boolean;
  closes_at?: string | null;
  closed_at?: string | null;
  ended?: ("host" | "next" | "show_ended" | "time") | null;
  counts?: number[] | null;
  right?: number | null;
}
/**
 * What a host has before them, as everybody may see it: who they are, and the question by its id.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "Stage".
 */
export interface Stage {
  name: string;
  question: string;
}
/**
 * A comment as its writer sees it; `reason` of one that staff removed, `question` of one that became a question.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "OwnComment".
 */
export interface OwnComment {
  id: string;
  text: string;
  author: string;
  at: string;
  state: "held" | "open" | "removed" | "withdrawn";
  version: number;
  role?: string | null;
  guest?: number | null;
  reactions?: {
    [k: string]: number;
  };
  question?: string | null;
  reason?: string | null;
}
/**
 * A post as its author reads it, whatever became of it. `picture`: it has one, which its author asks for by the post's id.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "OwnPost".
 */
export interface OwnPost {
  id: string;
  product: string;
  show: string;
  text: string;
  author: string;
  at: string;
  state: "approved" | "held" | "rejected" | "removed" | "withdrawn";
  version: number;
  guest?: number | null;
  picture?: boolean;
  width?: number | null;
  height?: number | null;
  reason?: ("off_topic" | "other" | "personal" | "quality" | "rude" | "spam") | null;
}
/**
 * As the person learns of it; a shadow mute is not told. `lifted`: it holds no more. `appeal`: how theirs stands.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "OwnSanction".
 */
export interface OwnSanction {
  id: string;
  kind: "ban" | "mute" | "timeout";
  reason: "abuse" | "evasion" | "fraud" | "off_topic" | "other" | "personal_data" | "spam";
  at: string;
  until?: string | null;
  channel?: boolean;
  lifted?: boolean;
  appeal?: "kept" | "lifted" | "open";
}
/**
 * A viewer's place in line for `quantity` units of a product, or variant.
 *
 *     `waiting`: `position` is 1 for whoever is next. `called`: the units are theirs until `expires_at`, by the `hold`. Then it has ended:
 *     `served`, `missed` (the turn was not used), `left`, or `ended` by us; `why` says more, where there is more to say.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "PlaceInLine".
 */
export interface PlaceInLine {
  place: string;
  product: string;
  quantity: number;
  state: "called" | "ended" | "left" | "missed" | "served" | "waiting";
  joined_at: string;
  position?: number | null;
  hold?: string | null;
  expires_at?: string | null;
  why?: string | null;
}
/**
 * The units left of one product.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "ProductStock".
 */
export interface ProductStock {
  product: string;
  stock: number;
}
/**
 * How the show feels right now; only what changed is there. `reactions_apart` is for staff: taps in no total, of any kind.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "Pulse".
 */
export interface Pulse {
  type: "pulse";
  reactions?: {
    [k: string]: number;
  } | null;
  viewers?: number | null;
  stock?: {
    [k: string]: number;
  } | null;
  degraded?: boolean | null;
  reactions_apart?: number | null;
}
/**
 * The newest count of one question's votes.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "QuestionVotes".
 */
export interface QuestionVotes {
  question: string;
  votes: number;
}
/**
 * A post as staff read it. `held_for`: what the screening has against it. `shown_in`: the shows before whose viewers it stands.
 *
 *     `anonymous`: its author does not want to be named; `author` is the pseudonym that they have in the channel.
 *
 * This interface was referenced by `Wire`'s JSON-Schema
 * via the `definition` "StaffPost".
 */
export interface StaffPost {
  id: string;
  product: string;
  show: string;
  text: string;
  author: string;
  at: string;
  state: "approved" | "held" | "rejected" | "removed" | "withdrawn";
  version: number;
  guest?: number | null;
  picture?: boolean;
  width?: number | null;
  height?: number | null;
  reason?: ("off_topic" | "other" | "personal" | "quality" | "rude" | "spam") | null;
  anonymous?: boolean;
  moderated_by?: string | null;
  held_for?: HeldFor[];
  shown_in?: string[];
}
