import "./poll.css";
import { computed } from "@preact/signals";
import type { Giveaway, GiveawayState } from "../sdk/wire";
import { lasting } from "../shared/countdown";
import { nameOf } from "../shared/people";
import { Button } from "../shared/ui/button";
import { why } from "./actions";
import { now } from "./clock";
import { attempt } from "./deeds";
import { roleHere, snapshot, theRoom } from "./desk";
import { Fold } from "./fold";
import { type GiveawayBody, GiveawayForm, t } from "./giveaway_form";
import { RUNNERS } from "./plan_line";
import { preparedList } from "./prepared";

interface Winner {
  rank: number;
  name: string;
  guest: number | null;
  state: "won" | "claimed" | "passed";
  claim_by: string;
  contact: string | null;
}

interface Prepared {
  id: string;
  prize: string;
  state: GiveawayState;
  version: number;
  shown: boolean;
  entries: number;
  winners: Winner[];
}

const BEFORE_MAX = 5;

/** Which giveaway of which show is shown, and how far it is: the show's picture changes with every push, this with few. */
const running = computed(() => {
  const shown = snapshot.value?.giveaway;
  return `${snapshot.value?.show.id} ${shown?.id} ${shown?.version}`;
});

const { list: giveaways, picked, load, keep, useFresh } = preparedList<Prepared>("giveaways", running);

type Said = Pick<Prepared, "id" | "prize" | "version">;
const STEPS = { open: "deed.opened", close: "deed.closed", draw: "deed.drawn", hide: "deed.hidden" } as const;

function step(which: keyof typeof STEPS, { id, prize, version }: Said): void {
  picked.value = null;
  void attempt({
    say: () => t(STEPS[which], { text: prize }),
    send: () => theRoom().command(`giveaway.${which}`, { giveaway: id, version }).then(load),
    refused: why,
  });
}

function cancel({ id, prize, version }: Said, reason: string): void {
  void attempt({
    say: () => t("deed.cancelled", { text: prize }),
    send: () => theRoom().command("giveaway.cancel", { giveaway: id, version, reason }).then(load),
    refused: why,
  });
}

/** Keeps what was written; `now`: and opens it. Resolves to whether it is kept. */
async function prepare(body: GiveawayBody, opens: boolean): Promise<boolean> {
  let made: Prepared | null = null;
  await attempt({
    say: () => t("deed.prepared", { text: body.prize }),
    send: async () => {
      made = await keep<Prepared>(body);
    },
    refused: why,
  });
  if (made && opens) step("open", made);
  return made !== null;
}

/** A prize for somebody who takes part: opened, closed, drawn, and whom it goes to. */
export function GiveawayPanel() {
  const may = RUNNERS.has(roleHere.value);
  useFresh();
  const shown = snapshot.value?.giveaway;
  const ready = giveaways.value.filter(({ state }) => state === "ready");
  const before = giveaways.value.filter((each) => each.state === "drawn" && !each.shown).slice(-BEFORE_MAX);
  return (
    <Fold title={t("title")} testid="giveaways" class="surveys" open={Boolean(shown)}>
      {shown && <Shown giveaway={shown} />}
      {ready.map((each) => (
        <div key={each.id} class="survey-line">
          <button
            type="button"
            class="survey-name"
            aria-expanded={picked.value === each.id}
            data-testid="giveaway-pick"
            onClick={() => {
              picked.value = picked.value === each.id ? null : each.id;
            }}
          >
            {each.prize}
          </button>
          {picked.value === each.id && (
            <Button look="primary" size="small" data-testid="giveaway-open" onClick={() => step("open", each)}>
              {t("open")}
            </Button>
          )}
        </div>
      ))}
      {may && <GiveawayForm prepare={prepare} />}
      {before.length > 0 && (
        <details class="offer-prepare">
          <summary>{t("before")}</summary>
          {before.map((each) => (
            <div key={each.id}>
              <p>
                <bdi>{each.prize}</bdi>
              </p>
              <Winners of={each.winners} />
            </div>
          ))}
        </details>
      )}
    </Fold>
  );
}

function Shown({ giveaway }: { giveaway: Giveaway }) {
  const { prize, state, entries, left_out: out = {}, reason } = giveaway;
  const left = Object.values(out ?? {}).reduce((sum: number, n) => sum + Number(n), 0);
  const known = giveaways.value.find(({ id }) => id === giveaway.id);
  return (
    <div class="poll-now" data-testid="giveaway-now" data-state={state}>
      <p>
        <strong>
          <bdi>{prize}</bdi>
        </strong>{" "}
        <span class="badge">{t(`state.${state}`)}</span>
      </p>
      <p>
        <span data-testid="giveaway-count">{t.count("entries", entries)}</span>
        {left > 0 && <span class="hint"> {t.count("left_out", left)}</span>} <TimeLeft giveaway={giveaway} />
      </p>
      {reason && <p class="hint">{reason}</p>}
      {state === "drawn" && <Winners of={known?.winners ?? []} />}
      <Deeds giveaway={giveaway} />
    </div>
  );
}

function Deeds({ giveaway }: { giveaway: Giveaway }) {
  const { state } = giveaway;
  if (state === "drawn" || state === "cancelled") {
    return (
      <div class="poll-deeds">
        <Button size="small" data-testid="giveaway-hide" onClick={() => step("hide", giveaway)}>
          {t("hide")}
        </Button>
      </div>
    );
  }
  const next = state === "open" ? "close" : "draw";
  return (
    <div class="poll-deeds">
      <Button look="primary" size="small" data-testid={`giveaway-${next}`} onClick={() => step(next, giveaway)}>
        {t(next)}
      </Button>
      <details class="offer-prepare">
        <summary>{t("cancel")}</summary>
        <form
          class="offer-form"
          onSubmit={(event) => {
            event.preventDefault();
            cancel(giveaway, String(new FormData(event.currentTarget).get("reason") ?? ""));
          }}
        >
          <label class="field">
            <span class="field-label">{t("reason")}</span>
            <input class="input" name="reason" maxLength={200} autoComplete="off" data-testid="giveaway-reason" />
          </label>
          <Button type="submit" size="small" data-testid="giveaway-cancel">
            {t("cancel")}
          </Button>
        </form>
      </details>
    </div>
  );
}

function Winners({ of }: { of: readonly Winner[] }) {
  if (of.length === 0) return <p class="hint">{t("nobody")}</p>;
  return (
    <ul class="poll-before" data-testid="giveaway-won">
      {of.map((each) => (
        <li key={each.rank} data-state={each.state}>
          <bdi>{nameOf({ ...each, author: each.name })}</bdi> <span class="badge">{t(`winner.${each.state}`)}</span>
          {each.state === "won" && <span class="hint"> {t("claims_in", { time: leftUntil(each.claim_by) })}</span>}
          {each.contact && (
            <p class="hint" dir="auto">
              {each.contact}
            </p>
          )}
        </li>
      ))}
    </ul>
  );
}

const leftUntil = (at: string): string => lasting(Date.parse(at) - now.value);

function TimeLeft({ giveaway: { closes_at: ends, state } }: { giveaway: Giveaway }) {
  if (!ends || state !== "open") return null;
  return <span class="hint">{t("ends_in", { time: leftUntil(ends) })}</span>;
}
