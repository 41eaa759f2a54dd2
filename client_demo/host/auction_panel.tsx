import { computed, effect, signal } from "@preact/signals";
import type { Auction, AuctionState, HoldState, Product } from "../sdk/wire";
import { lasting } from "../shared/countdown";
import { money } from "../shared/format";
import { createTranslator, language } from "../shared/i18n";
import type en from "../shared/locales/host_auctions.en.json";
import { asSold, soldAs } from "../shared/sold_as";
import { ask } from "../shared/staff/ask";
import { Button } from "../shared/ui/button";
import { asMinor, asWhole } from "../studio/amounts";
import { why } from "./actions";
import { AuctionForm } from "./auction_form";
import { now } from "./clock";
import { attempt } from "./deeds";
import { roleHere, snapshot, theRoom } from "./desk";
import { Fold } from "./fold";
import { RUNNERS } from "./plan_line";
import { preparedList } from "./prepared";

const t = createTranslator<typeof en>("host_auctions");
const MINUTE_MS = 60_000;

interface Kept {
  id: string;
  product: string;
  quantity: number;
  currency: string;
  start: number;
  state: AuctionState;
  leader: number | null;
  bidders: { number: number; viewer: string; name: string }[];
  awards: { bidder: number; price: number; state: HoldState; expires_at: string | null }[];
}
interface Block {
  viewer: string;
  name: string;
  until: string;
}

const auctions = signal<readonly Kept[]>([]);
const blocks = signal<readonly Block[]>([]);
/** When bids came, by auction: (moment, bids of all by then). */
const paces = new Map<string, [at: number, bids: number][]>();
const sold = computed((): Product[] =>
  (snapshot.value?.products ?? []).flatMap((product) =>
    product.variants ? product.variants.map((variant) => asSold(product, variant)) : [product],
  ),
);

const blocksOf = (): string => `/channels/${encodeURIComponent(snapshot.peek()?.show.channel ?? "")}/auction-blocks`;

async function loadBlocks(): Promise<void> {
  try {
    blocks.value = (await ask<{ blocks: Block[] }>(blocksOf())).blocks;
  } catch {
    // What stands here stays; the next look tries again.
  }
}

/** Which auctions of which show run, and who leads whose name is not known: asked anew for these, and not for each bid. */
const unknown = computed(() =>
  (snapshot.value?.auctions ?? []).filter(
    ({ id, leader }) => leader && !auctions.value.find((kept) => kept.id === id)?.bidders.some(({ number }) => number === leader),
  ),
);
const asked = computed(() =>
  JSON.stringify([
    snapshot.value?.show.id,
    snapshot.value?.auctions?.map(({ id }) => id),
    unknown.value.map(({ id, leader }) => [id, leader]),
  ]),
);

const { picked, load, keep, useFresh } = preparedList("auctions", asked, auctions);

effect(() => {
  if (auctions.value.length > 0) void loadBlocks();
});
effect(() => {
  for (const { id, bids } of snapshot.value?.auctions ?? []) {
    const known = paces.get(id) ?? [];
    if (known.at(-1)?.[1] !== bids) paces.set(id, [...known.slice(-600), [now.peek(), bids]]);
  }
});

function perMinute({ id, bids }: Auction): number {
  const since = now.value - MINUTE_MS;
  const before = (paces.get(id) ?? []).filter(([at]) => at < since).at(-1);
  return bids - (before?.[1] ?? 0);
}

function titleOf(product: string): string {
  return soldAs(snapshot.value?.products ?? [], product)?.title ?? product;
}

function lineOf({ product, quantity, start, currency }: Pick<Kept, "product" | "quantity" | "start" | "currency">): string {
  const said = { title: titleOf(product), price: money(start, currency), n: quantity };
  return t(quantity > 1 ? "line.lot" : "line", said);
}

const clock = (at: string): string => new Intl.DateTimeFormat(language.value, { timeStyle: "short" }).format(new Date(at));
const day = (at: string): string => new Intl.DateTimeFormat(language.value, { dateStyle: "medium" }).format(new Date(at));

function start(auction: Kept): void {
  picked.value = null;
  void attempt({
    say: () => t("deed.started", { text: lineOf(auction) }),
    send: () => theRoom().command("auction.start", { auction: auction.id }).then(load),
    refused: why,
  });
}

function cancel(id: string, text: string, reason: string): void {
  picked.value = null;
  void attempt({
    say: () => t("deed.cancelled", { text }),
    send: () => theRoom().command("auction.cancel", { auction: id, reason }).then(load),
    refused: why,
  });
}

function lift({ viewer, name }: Block): void {
  void attempt({
    say: () => t("lifted", { name }),
    send: () => ask(`${blocksOf()}/${encodeURIComponent(viewer)}`, { method: "DELETE" }).then(load),
    refused: why,
  });
}

function prepare(form: HTMLFormElement): void {
  const fields = new FormData(form);
  const text = (name: string): string => String(fields.get(name) ?? "").trim();
  const product = sold.peek().find(({ id }) => id === text("product"));
  if (!product) return;
  const minor = (name: string): number | null => asMinor(text(name), product.currency);
  const [from, step] = [minor("from"), minor("step")];
  const minutes = asWhole(text("minutes"));
  if (!from || !step || !minutes) return;
  const [later, more] = [minor("later"), minor("more")];
  const body = {
    product: product.id,
    quantity: asWhole(text("quantity")) || 1,
    start: from,
    steps: [{ from: 0, step }, ...(later && more ? [{ from: later, step: more }] : [])],
    seconds: minutes * 60,
    reserve: minor("reserve") || null,
    sudden_death: minor("sudden") || null,
    extensions_max: fields.has("extend") ? 20 : 0,
  };
  void attempt({
    say: () => t("deed.prepared", { text: lineOf({ ...body, currency: product.currency }) }),
    send: async () => {
      const made = await keep<Kept>(body);
      form.reset();
      picked.value = made.id;
    },
    refused: why,
  });
}

/** Lots that go to who bids the most: prepared here or over the API, started in two taps, with the price and who leads while bids come. */
export function AuctionPanel() {
  const may = RUNNERS.has(roleHere.value);
  const here = snapshot.value?.auctions ?? [];
  useFresh();
  const ready = may ? auctions.value.filter(({ state }) => state === "prepared") : [];
  const over = auctions.value.filter(({ state, awards }) => state === "closed" && awards.length > 0);
  if (!may && here.length + over.length === 0) return null;
  return (
    <Fold title={t("title")} testid="auctions" class="surveys" open={here.length + ready.length + over.length > 0}>
      {here.map((auction) => (
        <Running key={auction.id} auction={auction} may={may} />
      ))}
      {ready.map((auction) => (
        <div key={auction.id} class="survey-line">
          <button
            type="button"
            class="survey-name"
            aria-expanded={picked.value === auction.id}
            data-testid="auction-pick"
            onClick={() => {
              picked.value = picked.value === auction.id ? null : auction.id;
            }}
          >
            {lineOf(auction)}
          </button>
          {picked.value === auction.id && (
            <Button look="primary" size="small" data-testid="auction-start" onClick={() => start(auction)}>
              {t("start")}
            </Button>
          )}
        </div>
      ))}
      {over.map((auction) => (
        <Over key={auction.id} auction={auction} />
      ))}
      {blocks.value.map((block) => (
        <div key={block.viewer} class="survey-line" data-testid="auction-block">
          <p>{t("blocked", { name: block.name || block.viewer, day: day(block.until) })}</p>
          {may && (
            <Button size="small" data-testid="auction-lift" onClick={() => lift(block)}>
              {t("lift")}
            </Button>
          )}
        </div>
      ))}
      {may && <AuctionForm sold={sold.value} prepare={prepare} />}
    </Fold>
  );
}

function nameOf(auction: string, number: number): string {
  const bidder = auctions.value.find(({ id }) => id === auction)?.bidders.find((each) => each.number === number);
  return bidder?.name || t("bidder", { n: number });
}

function Running({ auction, may }: { auction: Auction; may: boolean }) {
  const { id, price, least, currency, leader, bids, reserve_met, ends_at } = auction;
  const ms = Date.parse(ends_at) - now.value;
  const text = titleOf(auction.product);
  const facts = [
    t.count("bids", bids),
    t.count("rate", perMinute(auction)),
    reserve_met !== undefined && reserve_met !== null && t(reserve_met ? "reserve.met" : "reserve.open"),
  ].filter(Boolean);
  return (
    <div class="survey-line" data-testid="auction-running">
      <p>
        <strong>{text}</strong>
        <br />
        <strong data-testid="auction-leads">
          {price && leader
            ? t("leads", { price: money(price, currency), name: nameOf(id, leader) })
            : t("no_bids", { price: money(least, currency) })}
        </strong>
        <br />
        <span data-testid="auction-left">{ms > 0 ? t("left", { time: lasting(ms) }) : t("ending")}</span>
        <br />
        <span class="hint" data-testid="auction-facts">
          {facts.join(" · ")}
        </span>
      </p>
      {may && picked.value !== id && (
        <Button
          size="small"
          data-testid="auction-cancel"
          onClick={() => {
            picked.value = id;
          }}
        >
          {t("cancel")}
        </Button>
      )}
      {may && picked.value === id && (
        <form
          class="offer-form"
          onSubmit={(event) => {
            event.preventDefault();
            cancel(id, text, String(new FormData(event.currentTarget).get("reason") ?? "").trim());
          }}
        >
          <label class="field">
            <span class="field-label">{t("cancel.reason")}</span>
            <input class="input" name="reason" required maxLength={200} autoComplete="off" data-testid="auction-reason" />
          </label>
          <Button type="submit" look="danger" size="small" data-testid="auction-cancel-send">
            {t("cancel.send")}
          </Button>
        </form>
      )}
    </div>
  );
}

/** Who won what, and whether they have paid. */
function Over({ auction }: { auction: Kept }) {
  return (
    <div class="survey-line" data-testid="auction-over">
      <p>
        <strong>{titleOf(auction.product)}</strong>
        {auction.awards.map((award, nth) => {
          const said = { name: nameOf(auction.id, award.bidder), price: money(award.price, auction.currency) };
          return (
            <span key={award.bidder} class="auction-award" data-testid="auction-award" data-state={award.state}>
              {nth > 0 && `${t("over.second", said)} · `}
              {award.state === "confirmed" && t("over.paid", said)}
              {award.state === "placed" && t("over.waits", { ...said, time: award.expires_at ? clock(award.expires_at) : "" })}
              {(award.state === "released" || award.state === "expired") && t("over.unpaid", said)}
            </span>
          );
        })}
      </p>
    </div>
  );
}
