// The card of the giveaway that is shown: entering it, its draw, and claiming what was won. It can be made small.
import "./giveaway.css";
import { computed, effect, signal } from "@preact/signals";
import type { Giveaway } from "../sdk";
import { clock, lasting } from "../shared/countdown";
import { draftOf, keepDraft } from "../shared/drafts";
import { createTranslator } from "../shared/i18n";
import type en from "../shared/locales/viewer_giveaway.en.json";
import { nameOf } from "../shared/people";
import { resolve } from "../shared/server";
import { followServerTime, serverNow } from "../shared/server_clock";
import { Button } from "../shared/ui/button";
import { Icon } from "../shared/ui/icon";
import { claim, contactAt, enter, followGiveaways, giveaway, phase, refusal, ticket, won } from "./giveaway_entry";
import { products, show } from "./session";
import { refusalText } from "./text";

const t = createTranslator<typeof en>("viewer_giveaway");
const CONTACT_CHARACTERS_MAX = 300;

/** The server's time in ms, as long as something runs out. */
const now = signal(0);
const ends = computed(() => {
  const shown = giveaway.value;
  if (shown?.state === "open") return shown.closes_at ?? null;
  return won.value?.state === "won" ? won.value.claim_by : null;
});
const isOver = computed(() => ends.value !== null && Date.parse(ends.value) <= (now.value || serverNow()));
const timed = computed(() => ends.value !== null);

followGiveaways();
effect(() => {
  if (!timed.value) return;
  return followServerTime(`/v1/shows/${encodeURIComponent(show.peek()?.id ?? "")}`, (told) => {
    now.value = told;
  });
});

/** "small", "big", or nothing where nobody has said. */
const sizeAt = (id: string): string => `giveaway.${id}.size`;

/** `small`: something else lies there that is looked at. */
export function GiveawayCard({ small, onBig }: { small: boolean; onBig: () => void }) {
  const shown = giveaway.value;
  if (!shown) return null;
  if (small || draftOf(sizeAt(shown.id)) === "small") return <Chip shown={shown} onBig={onBig} />;
  return (
    <section class="poll giveaway" aria-labelledby="giveaway-title" data-testid="giveaway" data-state={shown.state}>
      <header class="poll-head">
        <p class="poll-kind">
          {t("kind")}
          <Countdown />
        </p>
        <Button
          look="quiet"
          size="icon"
          aria-label={t("small")}
          data-testid="giveaway-small"
          onClick={() => keepDraft(sizeAt(shown.id), "small")}
        >
          <Icon name="close" />
        </Button>
      </header>
      <h2 class="poll-title" id="giveaway-title">
        <bdi>{shown.prize}</bdi>
      </h2>
      <Terms shown={shown} />
      {shown.state === "open" && ticket.value === null && !isOver.value && <Enter shown={shown} />}
      {shown.state === "drawn" && <Drawn shown={shown} />}
      {won.value?.state === "won" && !isOver.value && <Claim shown={shown} />}
      <div class="poll-foot">
        <p role="status" data-testid="giveaway-word">
          {wordOf(shown)}
        </p>
        <p class="poll-voters" data-testid="giveaway-entries">
          {t.count("entries", shown.entries)}
        </p>
      </div>
      {shown.state === "drawn" && <Proof shown={shown} />}
    </section>
  );
}

function Chip({ shown, onBig }: { shown: Giveaway; onBig: () => void }) {
  return (
    <button
      type="button"
      class="poll-chip"
      data-testid="giveaway-chip"
      aria-label={t("show", { prize: shown.prize })}
      onClick={() => {
        keepDraft(sizeAt(shown.id), "");
        onBig();
      }}
    >
      {t(won.value ? "chip.won" : "kind")}
      <Countdown />
    </button>
  );
}

/** The running seconds are not read out: the time of the end is. */
function Countdown() {
  const at = ends.value;
  if (at === null || isOver.value) return null;
  return (
    <span class="poll-time">
      <span aria-hidden="true" data-testid="giveaway-countdown">
        {t("ends_in", { time: lasting(Date.parse(at) - (now.value || serverNow())) })}
      </span>
      <span class="visually-hidden">{t("until", { time: clock(at) })}</span>
    </span>
  );
}

function Terms({ shown }: { shown: Giveaway }) {
  const product = products.value.find((each) => each.id === shown.product);
  if (shown.state === "drawn" || shown.state === "cancelled") return null;
  return (
    <>
      {product && product.title !== shown.prize && <p class="poll-hint">{product.title}</p>}
      {shown.hint && (
        <p class="poll-hint giveaway-words" dir="auto">
          {shown.hint}
        </p>
      )}
      <p class="poll-hint">{t.count("winners", shown.winners_max)}</p>
    </>
  );
}

function Enter({ shown }: { shown: Giveaway }) {
  return (
    <>
      {shown.task !== "enter" && <p data-testid="giveaway-task">{t(`task.${shown.task}`)}</p>}
      <div class="poll-deeds">
        <Button
          look="primary"
          data-testid="giveaway-enter"
          disabled={phase.value === "sending"}
          onClick={() => void enter(shown.id)}
        >
          {t(phase.value === "sending" ? "sending" : "enter")}
        </Button>
      </div>
    </>
  );
}

function Claim({ shown }: { shown: Giveaway }) {
  const place = contactAt(shown.id);
  return (
    <form
      class="poll-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (phase.peek() !== "sending") void claim(shown.id);
      }}
    >
      <label class="field">
        <span class="field-label">{t("contact")}</span>
        <textarea
          class="input"
          rows={2}
          maxLength={CONTACT_CHARACTERS_MAX}
          value={draftOf(place)}
          data-testid="giveaway-contact"
          onInput={({ currentTarget }) => keepDraft(place, currentTarget.value)}
        />
      </label>
      <div class="poll-deeds">
        <Button type="submit" look="primary" data-testid="giveaway-claim" disabled={phase.value === "sending"}>
          {t(phase.value === "sending" ? "sending" : "claim")}
        </Button>
      </div>
    </form>
  );
}

function Drawn({ shown }: { shown: Giveaway }) {
  const winners = (shown.winners ?? []).filter(({ state }) => state !== "passed");
  if (winners.length === 0) return <p>{t("nobody")}</p>;
  return (
    <ul class="giveaway-winners" data-testid="giveaway-winners">
      {winners.map((each) => (
        <li key={each.rank} data-yours={each.ticket === ticket.value}>
          <Icon name="check" /> <bdi>{nameOf({ ...each, author: each.name })}</bdi>
          {each.ticket === ticket.value && <span class="poll-mark">{t("you")}</span>}
        </li>
      ))}
    </ul>
  );
}

/** What the draw is repeated from, for whoever wants to. */
function Proof({ shown }: { shown: Giveaway }) {
  const out = Object.values(shown.left_out ?? {}).reduce((sum: number, n) => sum + Number(n), 0);
  const path = `/v1/shows/${encodeURIComponent(show.value?.id ?? "")}/giveaways/${encodeURIComponent(shown.id)}/proof`;
  return (
    <details class="giveaway-proof">
      <summary>{t("proof")}</summary>
      <p>{t("proof.why", { drawn: shown.entries - out, entries: shown.entries })}</p>
      {ticket.value !== null && (
        <p>
          {t("proof.ticket")} <code>{ticket.value}</code>
        </p>
      )}
      <p>
        <a href={resolve(path)} target="_blank" rel="noopener" data-testid="giveaway-proof">
          {t("proof.link")}
        </a>
      </p>
    </details>
  );
}

function wordOf(shown: Giveaway): string {
  if (phase.value === "waiting") return t("waiting");
  const code = refusal.value?.code;
  if (code === "task_open") return t(shown.task === "react" ? "refused.react" : "refused.task");
  if (code === "giveaway_closed") return t("refused.closed");
  if (code === "claim_over") return t("refused.over");
  if (code) return refusalText(refusal.value);
  if (shown.state === "cancelled") return shown.reason ? t("cancelled.why", { reason: shown.reason }) : t("cancelled");
  if (shown.state === "drawn") return outcome();
  if (ticket.value !== null) return t(shown.state === "open" && !isOver.value ? "entered" : "entered.closed");
  return shown.state === "open" && !isOver.value ? "" : t("closed");
}

function outcome(): string {
  if (ticket.value === null) return "";
  if (won.value === null) return t("lost");
  if (won.value.state === "won") return t(isOver.value ? "passed" : "won");
  return t(won.value.state);
}
