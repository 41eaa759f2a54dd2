// Everything of the viewer's page that is loaded after its start (`late.tsx`).
import { followForYou } from "./shop/for_you";
import { followOffers } from "./shop/offers";
import { followPurchases } from "./shop/purchase";
import { loadRatings } from "./shop/reviews";

export { tellPageView } from "./page_view";
export { ShareDialog, share } from "./share";
export { ForYou } from "./shop/for_you";
export { Orders } from "./shop/orders";
export { ProductLines } from "./shop/product_lines";
export { buy, openPurchase } from "./shop/purchase";
export { PurchaseSheet } from "./shop/purchase_sheet";

followPurchases();
followForYou();
followOffers();
void loadRatings();
