// An auction on its product's card: the price, the time, one tap for the next bid, and how far this viewer goes.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Auction, HeldStock, Product } from "../../sdk";
import { clock, lasting } from "../../shared/countdown";
import { money } from "../../shared/format";
import { serverNow } from "../../shared/server_clock";
import { Button } from "../../shared/ui/button";
import { asMinor } from "../../studio/amounts";
import { t } from "../late_text";
import { auctionOf, bid, isOver, leads, lotOf, lotText, now, type Over, overOf, ownBids, payLot, sending } from "./auctions";

export function AuctionPart({ product }: { product: Product }) {
  const auction = auctionOf(product);
  const lot = lotOf(product);
  const ended = overOf(product);
  return (
    <>
      {auction && <Running key={auction.id} auction={auction} />}
      {lot && !(auction && isOver(lot)) && <Lot lot={lot} />}
      {!auction && !lot && ended && <Ended over={ended} />}
    </>
  );
}

const left = (ends: string): number => Date.parse(ends) - (now.value || serverNow());

function Running({ auction }: { auction: Auction }) {
  const { currency, price, least, reserve_met, quantity, sudden_death } = auction;
  const own = ownBids.value.get(auction.id);
  const leading = leads(auction);
  const ms = left(auction.ends_at);
  const busy = sending.value.has(auction.id);
  const facts = [
    quantity > 1 && t("auction.lot", { n: quantity }),
    reserve_met !== undefined && reserve_met !== null && t(reserve_met ? "auction.reserve_met" : "auction.reserve_open"),
    sudden_death && t("auction.sudden", { price: money(sudden_death, currency) }),
  ].filter(Boolean);
  return (
    <section class="auction" aria-label={t("auction.badge")} data-testid="auction" data-auction={auction.id}>
      <p class="offer-line">
        <span class="badge badge-accent">{t("auction.badge")}</span>
        <span aria-hidden="true" class={ms <= 10_000 ? "auction-soon" : ""} data-testid="auction-left">
          {ms > 0 ? t("auction.ends_in", { time: lasting(ms) }) : t("auction.ending")}
        </span>
        <span class="visually-hidden">{t("auction.until", { time: clock(auction.ends_at) })}</span>
      </p>
      <p class="auction-price" data-testid="auction-price">
        {price === undefined || price === null
          ? t("auction.starts", { price: money(least, currency) })
          : t("auction.price", { price: money(price, currency) })}
      </p>
      {facts.length > 0 && <p class="hint">{facts.join(" · ")}</p>}
      <p class={leading ? "auction-leading" : ""} data-testid="auction-standing">
        {standing(auction, leading)}
      </p>
      <Said leading={leading} bids={own !== undefined} />
      {ms > 0 && (
        <div class="auction-bids">
          {!leading && (
            <Button look="primary" disabled={busy} data-testid="bid-next" onClick={() => void bid(auction, least)}>
              {t("auction.bid", { price: money(least, currency) })}
            </Button>
          )}
          <MostForm auction={auction} leading={leading} />
        </div>
      )}
    </section>
  );
}

function standing(auction: Auction, leading: boolean): string {
  const own = ownBids.value.get(auction.id);
  if (leading && own) return t("auction.you_lead_to", { max: money(own.max, auction.currency) });
  if (own && auction.price) return t("auction.outbid", { price: money(auction.price, auction.currency) });
  return auction.leader ? t("auction.leads", { n: auction.leader }) : t("auction.no_bids");
}

/** Says aloud when this viewer leads and when they do not any more, and nothing of all the bids between. */
function Said({ leading, bids }: { leading: boolean; bids: boolean }) {
  const before = useRef(leading);
  const said = useSignal("");
  useEffect(() => {
    if (bids && before.current !== leading) said.value = t(leading ? "auction.you_lead" : "auction.outbid.said");
    before.current = leading;
  }, [leading, bids, said]);
  return (
    <span class="visually-hidden" role="status">
      {said.value}
    </span>
  );
}

function MostForm({ auction, leading }: { auction: Auction; leading: boolean }) {
  const wrong = useSignal(false);
  const own = ownBids.value.get(auction.id);
  const least = leading && own ? own.max + 1 : auction.least;
  const send = async (form: HTMLFormElement): Promise<void> => {
    const max = asMinor(String(new FormData(form).get("max") ?? ""), auction.currency);
    wrong.value = max === null || max < least;
    if (max !== null && !wrong.value && (await bid(auction, max))) form.reset();
  };
  return (
    <details class="offer-code" data-testid="bid-most">
      <summary>{t(leading ? "auction.max.raise" : "auction.max.open")}</summary>
      <form
        class="auction-most"
        onSubmit={(event) => {
          event.preventDefault();
          void send(event.currentTarget);
        }}
      >
        <label class="field">
          <span class="field-label">{t("auction.max", { currency: auction.currency })}</span>
          <input
            class="input"
            name="max"
            inputMode="decimal"
            autoComplete="off"
            aria-invalid={wrong.value}
            data-testid="bid-max"
          />
        </label>
        <p class="hint">{t("auction.max.note")}</p>
        {wrong.value && (
          <p class="error" role="alert">
            {t("auction.max.invalid", { least: money(least, auction.currency) })}
          </p>
        )}
        <Button type="submit" disabled={sending.value.has(auction.id)} data-testid="bid-send">
          {t("auction.max.send")}
        </Button>
      </form>
    </details>
  );
}

/** A lot that this viewer may buy until a time, has bought, or has let go. */
function Lot({ lot }: { lot: HeldStock }) {
  const price = money(lot.amount, lot.currency);
  const ms = left(lot.expires_at);
  return (
    <section class="auction" aria-label={t("auction.badge")} data-testid="lot" data-state={lot.state}>
      <p role="status" class={isOver(lot) ? "" : "auction-leading"}>
        {lotText(lot)}
      </p>
      {lot.state === "placed" && (
        <>
          <p data-testid="lot-left">
            <span aria-hidden="true">{t("auction.pay_by", { time: lasting(ms) })}</span>
            <span class="visually-hidden">{t("auction.until", { time: clock(lot.expires_at) })}</span>
          </p>
          <Button look="primary" data-testid="lot-pay" onClick={() => payLot(lot)}>
            {t("auction.pay", { price })}
          </Button>
        </>
      )}
    </section>
  );
}

function Ended({ over }: { over: Over }) {
  return (
    <p role="status" class="hint" data-testid="auction-over" data-why={over.why}>
      {howItEnded(over)}
    </p>
  );
}

function howItEnded({ auction, why, price = 0, leader = 0, reason = "" }: Over): string {
  switch (why) {
    case "sold":
      return t("auction.lost", { n: leader, price: money(price, auction.currency) });
    case "no_bids":
      return t("auction.none");
    case "reserve":
      return t("auction.reserve_not");
    case "cancelled":
      return t("auction.cancelled", { reason });
    case "show_ended":
      return t("auction.show_ended");
  }
}
