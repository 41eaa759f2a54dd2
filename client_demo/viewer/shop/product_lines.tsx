import type { Product } from "../../sdk";
import { talkedIn } from "../joint/beside";
import { PostsLine } from "../posts/line";
import { AskAbout } from "../questions/ask_help";
import { ThenLine } from "../replay/then";
import { AuctionPart } from "./auction_part";
import { CountedLine } from "./counted";
import { OfferLine } from "./offers";
import { BackLine } from "./sold_out";
import { WaitingLine } from "./waitlist/line";

/**
 * What there is to say of a product beyond its price and stock, on its card and in its sheet: a line for each feature that has something to
 * say of it.
 */
export function ProductLines({ product }: { product: Product }) {
  return (
    <>
      <ThenLine product={product} />
      <AuctionPart product={product} />
      <OfferLine product={product} />
      <BackLine product={product} />
      <CountedLine product={product} />
      <WaitingLine product={product} />
      <div class="product-ways">
        {!talkedIn.value && <AskAbout product={product} />}
        <PostsLine product={product} />
      </div>
    </>
  );
}
