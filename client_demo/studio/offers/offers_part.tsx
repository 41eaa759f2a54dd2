import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { refusedBy } from "../../sdk/http";
import { RefusedError } from "../../sdk/refused";
import { money } from "../../shared/format";
import { save } from "../../shared/save";
import { session } from "../../shared/staff/session";
import { Button } from "../../shared/ui/button";
import { codeOf, read, remove, tellFailure } from "../api";
import { theChannel } from "../channel";
import { Failure, Loading, Section } from "../page";
import { known } from "../shows/shelf";
import "../surveys/surveys.css";
import { momentIn } from "../time";
import type { Offer } from "./offer";
import { OfferForm } from "./offer_form";
import { t } from "./text";

/** What the form below the list writes: a new one, or one of the list anew; null: nothing. */
export type Written = "new" | Offer | null;
const BADGES = { prepared: "badge", open: "badge badge-good", closed: "badge" } as const;

/** The offers of a show: prepared here with the time at which they open by themselves, and the proof of what was shown and sold. */
export function OffersPart({ show }: { show: string }) {
  const path = `/shows/${encodeURIComponent(show)}/offers`;
  const found = useSignal<readonly Offer[] | null>(null);
  const failure = useSignal<string | null>(null);
  const written = useSignal<Written>(null);
  const load = async (): Promise<void> => {
    failure.value = null;
    try {
      found.value = (await read<{ offers: Offer[] }>(path)).value.offers;
    } catch (error) {
      failure.value = codeOf(error);
    }
  };
  useEffect(() => void load(), [path]);
  const now = found.value;
  const close = (): void => {
    written.value = null;
    void load();
  };
  return (
    <Section title={t("title")} hint={t("hint")} testid="offers">
      {failure.value && <Failure code={failure.value} again={() => void load()} />}
      {!now && !failure.value && <Loading />}
      {now && (
        <ul class="surveys-list">
          {now.map((offer) => (
            <Row key={offer.id} offer={offer} written={written} load={load} />
          ))}
        </ul>
      )}
      {written.value ? (
        <OfferForm key={written.value === "new" ? "new" : written.value.id} path={path} written={written.value} close={close} />
      ) : (
        now && (
          <div class="form-actions">
            <Button data-testid="offer-add" onClick={() => (written.value = "new")}>
              {t("add")}
            </Button>
            {now.some(({ state }) => state !== "prepared") && (
              <Button look="quiet" data-testid="offer-proof" onClick={() => void download(path, show).catch(tellFailure)}>
                {t("proof")}
              </Button>
            )}
          </div>
        )
      )}
    </Section>
  );
}

function Row({ offer, written, load }: { offer: Offer; written: Signal<Written>; load: () => Promise<void> }) {
  const { id, product, price, currency, units_max, audience, starts_at, seconds, state, version } = offer;
  const title = known.value.get(product)?.title ?? product;
  const zone = theChannel().time_zone;
  const about = [
    units_max !== null && t.count("units.n", units_max),
    audience !== "everyone" && t(`audience.${audience}`),
    state === "prepared" && (starts_at ? t("opens.at", { at: momentIn(starts_at, zone) }) : t("opens.by_host")),
    seconds !== null && t.count("for.minutes", Math.max(1, Math.round(seconds / 60))),
    state !== "prepared" && t("came", { sold: offer.sold, held: offer.held, amount: money(offer.amount, currency) }),
    offer.start_refused && t("refused"),
  ].filter(Boolean);
  const take = async (): Promise<void> => {
    await remove(`/offers/${id}`, `"${String(version)}"`).catch(tellFailure);
    await load();
  };
  return (
    <li class="surveys-row" data-testid="offer" data-state={state}>
      <p>
        <strong>{t("line", { title, price: money(price, currency) })}</strong>{" "}
        <span class={BADGES[state]}>{t(`state.${state}`)}</span>
      </p>
      <p class="hint">{about.join(" · ")}</p>
      {state === "prepared" && (
        <div class="surveys-deeds">
          <Button
            size="small"
            data-testid="offer-edit"
            aria-label={t("edit.of", { title })}
            onClick={() => (written.value = offer)}
          >
            {t("edit")}
          </Button>
          <Button
            size="small"
            look="quiet"
            data-testid="offer-remove"
            aria-label={t("remove.of", { title })}
            onClick={() => void take()}
          >
            {t("remove")}
          </Button>
        </div>
      )}
    </li>
  );
}

/** Fetches the proof of who was shown and sold what: it needs the token that a plain link cannot carry. Throws `RefusedError`. */
async function download(path: string, show: string): Promise<void> {
  const answer = await fetch(`/v1${path}/proof?format=csv`, {
    headers: { Authorization: `Bearer ${session.peek()?.token ?? ""}` },
  }).catch(() => {
    throw new RefusedError("offline", "The request did not reach the server.");
  });
  if (!answer.ok) throw refusedBy(answer.status, await answer.json().catch(() => null));
  save(await answer.blob(), `${show}-offers.csv`);
}
