import { computed, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Offer, Product } from "../sdk/wire";
import { money } from "../shared/format";
import { createTranslator } from "../shared/i18n";
import type en from "../shared/locales/host_offers.en.json";
import { asSold, soldAs } from "../shared/sold_as";
import { ask } from "../shared/staff/ask";
import { Button } from "../shared/ui/button";
import { asMinor, asWhole } from "../studio/amounts";
import { why } from "./actions";
import { attempt } from "./deeds";
import { roleHere, snapshot, theRoom } from "./desk";
import { Fold } from "./fold";
import { RUNNERS } from "./plan_line";
import { preparedList } from "./prepared";

const t = createTranslator<typeof en>("host_offers");
const AUDIENCES = ["everyone", "returning", "repeat_buyers", "segment", "code"] as const;
type Audience = (typeof AUDIENCES)[number];

interface Prepared {
  id: string;
  product: string;
  price: number;
  currency: string;
  audience: Audience;
  state: "prepared" | "open" | "closed";
  start_refused: string | null;
}
interface Segment {
  id: string;
  name: string;
}

const segments = signal<readonly Segment[]>([]);
const audience = signal<Audience>("everyone");
const sold = computed((): Product[] =>
  (snapshot.value?.products ?? []).flatMap((product) =>
    product.variants ? product.variants.map((variant) => asSold(product, variant)) : [product],
  ),
);

async function loadSegments(): Promise<void> {
  try {
    segments.value = (await ask<{ segments: Segment[] }>("/channel/segments?limit=100")).segments;
  } catch {
    // Offers to a segment are prepared when they can be read.
  }
}

/** Which offers of which show are open: the show's picture changes with every push, this with few. */
const running = computed(() => JSON.stringify([snapshot.value?.show.id, snapshot.value?.offers?.map(({ id }) => id)]));

const { list: offers, picked, load, keep, useFresh } = preparedList<Prepared>("offers", running);

function lineOf({
  product,
  price,
  currency,
  audience: whom,
}: Pick<Prepared, "product" | "price" | "currency" | "audience">): string {
  const title = soldAs(snapshot.value?.products ?? [], product)?.title ?? product;
  const said = { title, price: money(price, currency) };
  return whom === "everyone" ? t("line", said) : t("line.for", { ...said, audience: t(`audience.${whom}`) });
}

function open(offer: Prepared): void {
  picked.value = null;
  void attempt({
    say: () => t("deed.opened", { text: lineOf(offer) }),
    send: () => theRoom().command("offer.open", { offer: offer.id }).then(load),
    refused: why,
  });
}

function close(id: string, text: string): void {
  void attempt({
    say: () => t("deed.closed", { text }),
    send: () => theRoom().command("offer.close", { offer: id }).then(load),
    refused: why,
  });
}

function prepare(form: HTMLFormElement): void {
  const fields = new FormData(form);
  const text = (name: string): string => String(fields.get(name) ?? "").trim();
  const product = sold.peek().find(({ id }) => id === text("product"));
  const price = product ? asMinor(text("price"), product.currency) : null;
  if (!product || !price) return;
  const minutes = asWhole(text("minutes"));
  const body = {
    product: product.id,
    price,
    units_max: asWhole(text("units")) || null,
    per_viewer_max: asWhole(text("each")) || null,
    seconds: minutes ? minutes * 60 : null,
    audience: audience.peek(),
    ...(audience.peek() === "code" && { code: text("code") }),
    ...(audience.peek() === "segment" && { segment: text("segment") }),
  };
  void attempt({
    say: () => t("deed.prepared", { text: lineOf({ ...body, currency: product.currency }) }),
    send: async () => {
      const made = await keep<Prepared>(body);
      form.reset();
      audience.value = "everyone";
      picked.value = made.id;
    },
    refused: why,
  });
}

/** Prices for some viewers and for some minutes: prepared here or over the API, opened in two taps, sold units and money while they come. */
export function OfferPanel() {
  const may = RUNNERS.has(roleHere.value);
  useFresh();
  useEffect(() => {
    if (may) void loadSegments();
  }, [may]);
  const here = snapshot.value?.offers ?? [];
  const ready = may ? offers.value.filter(({ state }) => state === "prepared") : [];
  if (!may && here.length === 0) return null;
  return (
    <Fold title={t("title")} testid="offers" class="surveys" open={here.length + ready.length > 0}>
      {here.map((offer) => (
        <Running key={offer.id} offer={offer} may={may} />
      ))}
      {ready.map((offer) => (
        <div key={offer.id} class="survey-line">
          <button
            type="button"
            class="survey-name"
            aria-expanded={picked.value === offer.id}
            data-testid="offer-pick"
            onClick={() => {
              picked.value = picked.value === offer.id ? null : offer.id;
            }}
          >
            {lineOf(offer)} {offer.start_refused && <span class="hint">{t("refused")}</span>}
          </button>
          {picked.value === offer.id && (
            <Button look="primary" size="small" data-testid="offer-open" onClick={() => open(offer)}>
              {t("open")}
            </Button>
          )}
        </div>
      ))}
      {may && <PrepareForm />}
    </Fold>
  );
}

function Running({ offer, may }: { offer: Offer; may: boolean }) {
  const { id, product, price = 0, currency = "JPY", sold: units = 0, held = 0, amount = 0, left, audience: whom } = offer;
  const text = lineOf({ product, price, currency, audience: whom });
  const facts = [
    t("sold", { sold: units, amount: money(amount, currency) }),
    left !== undefined && left !== null && t("left", { left }),
    held > 0 && t("held", { held }),
  ].filter(Boolean);
  return (
    <div class="survey-line" data-testid="offer-running">
      <p>
        <strong>{text}</strong>
        <br />
        <span data-testid="offer-facts">{facts.join(" · ")}</span>
      </p>
      {may && (
        <Button size="small" data-testid="offer-close" onClick={() => close(id, text)}>
          {t("close")}
        </Button>
      )}
    </div>
  );
}

function Input({ name, label, needed = false }: { name: string; label: string; needed?: boolean }) {
  return (
    <label class="field">
      <span class="field-label">{label}</span>
      <input
        class="input"
        name={name}
        required={needed}
        autoComplete="off"
        inputMode={name === "code" ? "text" : "decimal"}
        data-testid={`offer-${name}`}
      />
    </label>
  );
}

function PrepareForm() {
  const currency = sold.value[0]?.currency ?? "";
  return (
    <details class="offer-prepare" data-testid="offer-prepare">
      <summary>{t("prepare")}</summary>
      <form
        class="offer-form"
        onSubmit={(event) => {
          event.preventDefault();
          prepare(event.currentTarget);
        }}
      >
        <label class="field">
          <span class="field-label">{t("product")}</span>
          <select class="input" name="product" data-testid="offer-product">
            {sold.value.map(({ id, title }) => (
              <option key={id} value={id}>
                {title}
              </option>
            ))}
          </select>
        </label>
        <Input name="price" label={t("price", { currency })} needed />
        <Input name="units" label={t("units")} />
        <Input name="each" label={t("each")} />
        <Input name="minutes" label={t("minutes")} />
        <label class="field">
          <span class="field-label">{t("audience")}</span>
          <select
            class="input"
            value={audience.value}
            data-testid="offer-audience"
            onChange={(event) => {
              audience.value = AUDIENCES.find((each) => each === event.currentTarget.value) ?? "everyone";
            }}
          >
            {AUDIENCES.map((each) => (
              <option key={each} value={each}>
                {t(`audience.${each}`)}
              </option>
            ))}
          </select>
        </label>
        {audience.value === "code" && <Input name="code" label={t("code")} needed />}
        {audience.value === "segment" && (
          <label class="field">
            <span class="field-label">{t("segment")}</span>
            <select class="input" name="segment" data-testid="offer-segment">
              {segments.value.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </select>
          </label>
        )}
        <Button type="submit" data-testid="offer-save">
          {t("save")}
        </Button>
      </form>
    </details>
  );
}
