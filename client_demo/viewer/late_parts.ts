// Everything of the viewer's page that is loaded after its start (`late.tsx`).
import { followComments } from "./comments/stream";
import { followOwn } from "./questions/own_questions";
import { followAuctions } from "./shop/auctions";
import { followBuying } from "./shop/buying";
import { followCounts } from "./shop/counted";
import { followForYou } from "./shop/for_you";
import { followOffers } from "./shop/offers";
import { followPurchases } from "./shop/purchase";
import { loadRatings } from "./shop/reviews";
import { followSoldOut } from "./shop/sold_out";
import { followWaitlist } from "./shop/waitlist/own";

export { Comments } from "./comments/comments";
export { tellPageView } from "./page_view";
export { AskHelp } from "./questions/ask_help";
export { OwnQuestions } from "./questions/own_questions";
export { ShareDialog, share } from "./share";
export { Buying } from "./shop/buying";
export { ForYou } from "./shop/for_you";
export { Orders } from "./shop/orders";
export { ProductLines } from "./shop/product_lines";
export { buy, openPurchase } from "./shop/purchase";
export { BuyingSheets } from "./shop/purchase_sheet";
export { SoldOutWord } from "./shop/sold_out";

followOwn();
followPurchases();
followBuying();
followForYou();
followOffers();
followWaitlist();
followComments();
followAuctions();
followCounts();
followSoldOut();
void loadRatings();
