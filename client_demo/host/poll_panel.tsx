import "./poll.css";
import { computed } from "@preact/signals";
import type { Poll } from "../sdk/wire";
import { lasting } from "../shared/countdown";
import { percent } from "../shared/format";
import { Button } from "../shared/ui/button";
import { why } from "./actions";
import { now } from "./clock";
import { attempt } from "./deeds";
import { roleHere, snapshot, theRoom } from "./desk";
import { Fold } from "./fold";
import { RUNNERS } from "./plan_line";
import { type PollBody, PollForm, t } from "./poll_form";
import { preparedList } from "./prepared";

interface Prepared {
  id: string;
  question: string;
  choices: string[];
  counts: number[];
  voters: number;
  state: Poll["state"];
  version: number;
  shown: boolean;
}

const BEFORE_MAX = 5;

/** Which poll of which show is shown, and how far it is: the show's picture changes with every push, this with few. */
const running = computed(() => {
  const poll = snapshot.value?.poll;
  return `${snapshot.value?.show.id} ${poll?.id} ${poll?.state}`;
});

const { list: polls, picked, load, keep, useFresh } = preparedList<Prepared>("polls", running);

type Said = Pick<Prepared, "id" | "question" | "version">;

function open({ id, question, version }: Said): void {
  picked.value = null;
  void attempt({
    say: () => t("deed.opened", { text: question }),
    send: () => theRoom().command("poll.open", { poll: id, version }).then(load),
    refused: why,
  });
}

function close({ id, question }: Pick<Said, "id" | "question">): void {
  void attempt({
    say: () => t("deed.closed", { text: question }),
    send: () => theRoom().command("poll.close", { poll: id }).then(load),
    refused: why,
  });
}

function hide({ id, question }: Pick<Said, "id" | "question">): void {
  void attempt({
    say: () => t("deed.hidden", { text: question }),
    send: () => theRoom().command("poll.hide", { poll: id }).then(load),
    refused: why,
  });
}

/** Keeps what was written; `now`: and puts it to everybody. Resolves to whether it is kept. */
async function prepare(body: PollBody, now: boolean): Promise<boolean> {
  let made: Prepared | null = null;
  await attempt({
    say: () => t("deed.prepared", { text: body.question }),
    send: async () => {
      made = await keep<Prepared>(body);
    },
    refused: why,
  });
  if (made && now) open(made);
  return made !== null;
}

/** A question with choices to everybody: prepared and opened in two taps, its counts while they grow, its result. */
export function PollPanel() {
  const may = RUNNERS.has(roleHere.value);
  useFresh();
  const now = snapshot.value?.poll;
  const ready = polls.value.filter(({ state }) => state === "ready");
  const before = polls.value.filter(({ state, shown }) => state === "closed" && !shown).slice(-BEFORE_MAX);
  return (
    <Fold title={t("title")} testid="polls" class="surveys" open={Boolean(now)}>
      {now && <Shown poll={now} />}
      {ready.map((each) => (
        <div key={each.id} class="survey-line">
          <button
            type="button"
            class="survey-name"
            aria-expanded={picked.value === each.id}
            data-testid="poll-pick"
            onClick={() => {
              picked.value = picked.value === each.id ? null : each.id;
            }}
          >
            {each.question}
          </button>
          {picked.value === each.id && (
            <Button look="primary" size="small" data-testid="poll-open" onClick={() => open(each)}>
              {t("open")}
            </Button>
          )}
        </div>
      ))}
      {may && <PollForm prepare={prepare} />}
      {before.length > 0 && (
        <details class="offer-prepare">
          <summary>{t("before")}</summary>
          <ul class="poll-before">
            {before.map((each) => (
              <li key={each.id}>{t("before.line", { question: each.question, result: soFar(each) })}</li>
            ))}
          </ul>
        </details>
      )}
    </Fold>
  );
}

const soFar = ({ choices, counts }: Prepared): string =>
  choices.map((choice, nth) => `${choice}: ${counts[nth] ?? 0}`).join(" · ");

function Shown({ poll }: { poll: Poll }) {
  const { question, choices, counts = [], voters, apart = 0, right, state } = poll;
  return (
    <div class="poll-now" data-testid="poll-now" data-state={state}>
      <p>
        <strong>{state === "closed" ? t("result", { question }) : question}</strong>
      </p>
      <ul class="poll-bars">
        {choices.map((choice, nth) => (
          <li key={choice}>
            <span class="poll-bar-name">
              <bdi>{choice}</bdi>
              {right === nth && <span class="badge"> {t("right_mark")}</span>}
            </span>
            <span class="poll-bar-count" data-testid={`poll-count-${nth}`}>
              {t("share", { n: counts?.[nth] ?? 0, share: percent(voters > 0 ? (counts?.[nth] ?? 0) / voters : 0) })}
            </span>
            <progress aria-hidden="true" max={Math.max(voters, 1)} value={counts?.[nth] ?? 0} />
          </li>
        ))}
      </ul>
      <div class="survey-line">
        <p>
          <span data-testid="poll-voters">{t.count("voters", voters)}</span>
          {apart > 0 && <span class="hint"> {t.count("apart", apart)}</span>} <TimeLeft poll={poll} />
        </p>
        {state === "open" ? (
          <Button size="small" data-testid="poll-close" onClick={() => close(poll)}>
            {t("close")}
          </Button>
        ) : (
          <Button size="small" data-testid="poll-hide" onClick={() => hide(poll)}>
            {t("hide")}
          </Button>
        )}
      </div>
    </div>
  );
}

function TimeLeft({ poll: { closes_at: ends, state } }: { poll: Poll }) {
  if (!ends || state !== "open") return null;
  return (
    <span class="hint" data-testid="poll-left">
      {t("ends_in", { time: lasting(Date.parse(ends) - now.value) })}
    </span>
  );
}
