import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Button } from "../../shared/ui/button";
import { showToast } from "../../shared/ui/toast";
import { codeOf, make, read, tellFailure } from "../api";
import { theChannel } from "../channel";
import { Failure, Loading, Section } from "../page";
import { t as common } from "../text";
import { momentIn } from "../time";
import { type Delivery, type DeliveryState, t } from "./webhook";

interface Page {
  deliveries: Delivery[];
  next: string | null;
}

const STATES: readonly (DeliveryState | "")[] = ["", "waiting", "failed", "delivered"];

/** What was sent, the newest first; each can be sent again. `sent` changes when something new is on its way. */
export function Deliveries({ path, sent, on }: { path: string; sent: Signal<number>; on: boolean }) {
  const found = useSignal<Page | null>(null);
  const failure = useSignal<string | null>(null);
  const state = useSignal<DeliveryState | "">("");
  const load = async (before: Page | null): Promise<void> => {
    failure.value = null;
    const wanted = new URLSearchParams({ limit: "20" });
    if (state.value) wanted.set("state", state.value);
    if (before?.next) wanted.set("cursor", before.next);
    try {
      const { value } = await read<Page>(`${path}/deliveries?${wanted}`);
      found.value = { deliveries: [...(before?.deliveries ?? []), ...value.deliveries], next: value.next };
    } catch (error) {
      failure.value = codeOf(error);
    }
  };
  const load_anew = (): void => void load(null);
  useEffect(load_anew, [path, sent.value, state.value]);
  const again = (event: string): void =>
    void make(`${path}/deliveries/${event}`, {}, null).then(() => {
      showToast(t("again.sent"));
      load_anew();
    }, tellFailure);
  const page = found.value;
  return (
    <Section title={t("log")} hint={t("log.hint")} testid="deliveries">
      <div class="webhook-filters">
        <label class="field">
          <span class="field-label">{t("log.which")}</span>
          <select
            class="input"
            data-testid="log-state"
            value={state.value}
            onChange={(event) => {
              state.value = event.currentTarget.value as DeliveryState | "";
            }}
          >
            {STATES.map((each) => (
              <option key={each} value={each}>
                {t(`log.state.${each || "all"}`)}
              </option>
            ))}
          </select>
        </label>
        <Button data-testid="log-reload" onClick={load_anew}>
          {t("log.reload")}
        </Button>
      </div>
      {failure.value && <Failure code={failure.value} again={load_anew} />}
      {!page && !failure.value && <Loading />}
      {page?.deliveries.length === 0 && <p class="hint">{t("log.empty")}</p>}
      {page && page.deliveries.length > 0 && (
        <ul class="rows">
          {page.deliveries.map((each) => (
            <li key={each.event} class="row card" data-testid="delivery" data-state={each.state}>
              <div>
                <p class="row-title">{t(`event.${each.type}`)}</p>
                <p class="hint">{outcome(each)}</p>
              </div>
              <div class="row-actions">
                {on && each.state !== "waiting" && (
                  <Button look="quiet" size="small" data-testid="delivery-again" onClick={() => again(each.event)}>
                    {t("again")}
                  </Button>
                )}
              </div>
            </li>
          ))}
        </ul>
      )}
      {page?.next && (
        <Button data-testid="log-more" onClick={() => void load(page)}>
          {common("list.more")}
        </Button>
      )}
    </Section>
  );
}

/** When it happened and how it went, in one sentence. */
function outcome({ state, happened_at, attempts, next_at, status, error }: Delivery): string {
  const zone = theChannel().time_zone;
  const at = momentIn(happened_at, zone);
  if (state === "delivered") return t("went.well", { at, status: status ?? "" });
  if (attempts === 0 || !error) return t("went.soon", { at });
  const why = t(`why.${error}`, { status: status ?? "" });
  if (state === "failed") return t("went.failed", { at, why });
  return t("went.again", { at, why, next: next_at ? momentIn(next_at, zone) : "" });
}
