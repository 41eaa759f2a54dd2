// What of the host's page is loaded once the desk stands (`late.tsx`).
export { AskerCard } from "./asker_card";
export { AuctionPanel } from "./auction_panel";
export { CommentsPanel } from "./comments_panel";
export { FindBar } from "./find_bar";
export { GiveawayPanel } from "./giveaway_panel";
export { HandOverPanel } from "./hand_over_panel";
export { OfferPanel } from "./offer_panel";
export { PickedBar } from "./picked_bar";
export { PlanLine, PlanPanel } from "./plan_line";
export { PollPanel } from "./poll_panel";
export { QuestionAside } from "./question_aside";
export { SafetyPanel } from "./safety_panel";
export { SanctionDialog } from "./sanction_dialog";
export { Screen } from "./screen";
export { Speed } from "./speed";
export { ForHosts, StageNews, StagesPanel } from "./stages_panel";
export { TakingsPanel } from "./takings_panel";
export { WritingPanel } from "./writing_panel";
