// The card of the poll that is shown: loaded when one is. It lies over the foot of the picture and can be made small.
import "./poll.css";
import { computed, effect, signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import type { Poll } from "../sdk";
import { clock, lasting } from "../shared/countdown";
import { draftOf, keepDraft } from "../shared/drafts";
import { percent } from "../shared/format";
import { createTranslator } from "../shared/i18n";
import type en from "../shared/locales/viewer_poll.en.json";
import { followServerTime, serverNow } from "../shared/server_clock";
import { Button } from "../shared/ui/button";
import { Icon } from "../shared/ui/icon";
import { counts, followPolls, mine, phase, pick, pickedOf, poll, refusal, vote } from "./poll_votes";
import { show } from "./session";
import { refusalText } from "./text";

const t = createTranslator<typeof en>("viewer_poll");

/** The server's time in ms, as long as a poll with an end is open. */
const now = signal(0);
const timed = computed(() => poll.value?.state === "open" && Boolean(poll.value.closes_at));
const over = computed(() => {
  const ends = poll.value?.closes_at;
  return timed.value && ends !== undefined && ends !== null && Date.parse(ends) <= (now.value || serverNow());
});
/** Of a vote that may be changed: it is being changed. */
const changing = signal("");

followPolls();
effect(() => {
  if (!timed.value) return;
  return followServerTime(`/v1/shows/${encodeURIComponent(show.peek()?.id ?? "")}`, (told) => {
    now.value = told;
  });
});

const smallAt = (id: string): string => `poll.${id}.small`;
export const isPollSmall = (id: string): boolean => draftOf(smallAt(id)) !== "";
export const makePollSmall = (id: string): void => keepDraft(smallAt(id), "small");

export function PollCard() {
  const shown = poll.value;
  if (!shown) return null;
  if (isPollSmall(shown.id)) return <Chip shown={shown} />;
  const asks = shown.state === "open" && !over.value && (mine.value === null || changing.value === shown.id);
  return (
    <section class="poll" aria-labelledby="poll-title" data-testid="poll" data-state={shown.state}>
      <header class="poll-head">
        <p class="poll-kind">
          {shown.state === "closed" ? t("poll.result") : t(`poll.${shown.kind}`)}
          <Countdown shown={shown} />
        </p>
        <Button
          look="quiet"
          size="icon"
          aria-label={t("poll.small")}
          data-testid="poll-small"
          onClick={() => makePollSmall(shown.id)}
        >
          <Icon name="close" />
        </Button>
      </header>
      {asks ? <Form key={`${shown.id} ${shown.version}`} shown={shown} /> : <Result shown={shown} />}
      <Word shown={shown} asks={asks} />
    </section>
  );
}

function Chip({ shown }: { shown: Poll }) {
  return (
    <button
      type="button"
      class="poll-chip"
      data-testid="poll-chip"
      aria-label={t("poll.show", { question: shown.question })}
      onClick={() => keepDraft(smallAt(shown.id), "")}
    >
      {shown.state === "closed" ? t("poll.result") : t(`poll.${shown.kind}`)}
      <Countdown shown={shown} />
    </button>
  );
}

/** The running seconds are not read out: the time of the end is. */
function Countdown({ shown }: { shown: Poll }) {
  const ends = shown.closes_at;
  if (shown.state !== "open" || !ends || over.value) return null;
  return (
    <span class="poll-time">
      <span aria-hidden="true" data-testid="poll-countdown">
        {t("poll.ends_in", { time: lasting(Date.parse(ends) - (now.value || serverNow())) })}
      </span>
      <span class="visually-hidden">{t("poll.until", { time: clock(ends) })}</span>
    </span>
  );
}

function hintOf({ min = 1, max = 1, choices }: Poll): string {
  if (max === 1) return t("poll.one");
  if (min === max) return t("poll.exactly", { max });
  if (min > 1) return t("poll.between", { min, max });
  return t("poll.up_to", { max: Math.min(max, choices.length) });
}

function Form({ shown }: { shown: Poll }) {
  const { id, min = 1, max = 1, choices } = shown;
  const draft = pickedOf(shown);
  const picked = draft.length > 0 ? draft : [...(mine.value ?? [])];
  const ready = picked.length >= min && picked.length <= max && phase.value !== "sending";
  const toggle = (nth: number): void => {
    if (max === 1) pick(shown, [nth]);
    else pick(shown, picked.includes(nth) ? picked.filter((each) => each !== nth) : [...picked, nth].sort((a, b) => a - b));
  };
  return (
    <form
      class="poll-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (!ready) return;
        void vote(shown, picked).then(() => {
          changing.value = "";
        });
      }}
    >
      <fieldset class="poll-asked" aria-describedby="poll-hint">
        <legend class="poll-title" id="poll-title">
          {shown.question}
        </legend>
        <p class="poll-hint" id="poll-hint">
          {hintOf(shown)}
        </p>
        {choices.map((choice, nth) => (
          <label key={choice} class="poll-pick" data-picked={picked.includes(nth)}>
            <input
              type={max === 1 ? "radio" : "checkbox"}
              name={`poll-${id}`}
              checked={picked.includes(nth)}
              disabled={max > 1 && picked.length >= max && !picked.includes(nth)}
              data-testid={`poll-choice-${nth}`}
              onChange={() => toggle(nth)}
            />
            <span class="poll-choice" dir="auto">
              {choice}
            </span>
            <Share nth={nth} />
          </label>
        ))}
      </fieldset>
      <div class="poll-deeds">
        <Button type="submit" look="primary" data-testid="poll-send" disabled={!ready}>
          {phase.value === "sending" ? t("poll.sending") : t(shown.kind === "quiz" ? "poll.answer" : "poll.vote")}
        </Button>
        {changing.value === id && (
          <Button
            onClick={() => {
              pick(shown, mine.value ?? []);
              changing.value = "";
            }}
          >
            {t("poll.keep")}
          </Button>
        )}
      </div>
    </form>
  );
}

function Share({ nth }: { nth: number }) {
  const read = counts.value;
  if (!read) return null;
  const n = read.counts[nth] ?? 0;
  return (
    <span class="poll-share" data-testid={`poll-share-${nth}`}>
      {t("poll.share", { n, share: percent(read.voters > 0 ? n / read.voters : 0) })}
    </span>
  );
}

function Result({ shown }: { shown: Poll }) {
  return (
    <>
      <h2 class="poll-title" id="poll-title">
        {shown.question}
      </h2>
      <ul class="poll-result" data-testid="poll-result">
        {shown.choices.map((choice, nth) => (
          <Bar key={choice} shown={shown} choice={choice} nth={nth} />
        ))}
      </ul>
      {shown.changeable && shown.state === "open" && !over.value && (
        <div class="poll-deeds">
          <Button
            size="small"
            data-testid="poll-change"
            onClick={() => {
              pick(shown, mine.value ?? []);
              changing.value = shown.id;
            }}
          >
            {t("poll.change")}
          </Button>
        </div>
      )}
    </>
  );
}

function Bar({ shown, choice, nth }: { shown: Poll; choice: string; nth: number }) {
  const read = counts.value;
  const yours = mine.value?.includes(nth);
  return (
    <li class="poll-line" data-yours={yours} data-right={shown.right === nth}>
      <span class="poll-choice">
        <bdi>{choice}</bdi>
        {shown.right === nth && <Mark>{t("poll.right")}</Mark>}
        {yours && <Mark>{t("poll.yours")}</Mark>}
      </span>
      <Share nth={nth} />
      {read && <progress class="poll-bar" aria-hidden="true" max={Math.max(read.voters, 1)} value={read.counts[nth] ?? 0} />}
    </li>
  );
}

const Mark = ({ children }: { children: ComponentChildren }) => (
  <span class="poll-mark">
    <Icon name="check" /> {children}
  </span>
);

/** What became of the viewer's vote, and of the poll: read out when it changes, and not with each count. */
function Word({ shown, asks }: { shown: Poll; asks: boolean }) {
  return (
    <div class="poll-foot">
      <p role="status" data-testid="poll-word">
        {wordOf(shown, asks)}
      </p>
      <p class="poll-voters" data-testid="poll-voters">
        {t.count("poll.voters", shown.voters)}
      </p>
    </div>
  );
}

function wordOf(shown: Poll, asks: boolean): string {
  if (phase.value === "waiting") return t("poll.waiting");
  const code = refusal.value?.code;
  if (code === "poll_closed") return t("poll.closed");
  if (code === "already_voted") return t("poll.already");
  if (code === "conflict") return t("poll.changed");
  if (code) return refusalText(refusal.value);
  if (shown.state === "closed") return outcomeOf(shown);
  if (over.value) return t("poll.over");
  if (asks) return "";
  if (shown.kind === "quiz") return t("poll.answered");
  return t(counts.value ? "poll.voted" : "poll.hidden");
}

function outcomeOf({ right, counts: all, voters }: Poll): string {
  if (right === undefined || right === null || !all) return "";
  const n = all[right] ?? 0;
  const were = t.count("poll.were_right", n, { voters });
  if (mine.value === null) return were;
  return `${t(mine.value.includes(right) ? "poll.you_right" : "poll.you_wrong")} ${were}`;
}
