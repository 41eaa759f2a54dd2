import type { Question } from "../sdk/wire";
import { duration, timeOfDay } from "../shared/format";
import { nameOf, StaffBadge } from "../shared/people";
import { session } from "../shared/staff/session";
import { Button } from "../shared/ui/button";
import { Icon } from "../shared/ui/icon";
import { answerLive, approve, begin, hold, restore, toggleQuestion } from "./actions";
import { AnswerForm } from "./answer_form";
import { claimant, takeOver } from "./claims";
import { chooseTab, counts, current, hasDraft, letInNow, rows, selected, snapshot, step, tab, waiting } from "./desk";
import { sayHeld, waits } from "./held";
import { Key } from "./key_hint";
import { LateAside, LateAsker } from "./late";
import { sayMoved } from "./refusals";
import { dismissing, sanctionable, sanctioning } from "./surface";
import { languageOf, t } from "./text";

/** As the server has it. */
const MAY_TAKE_OVER: ReadonlySet<string> = new Set(["host", "admin"]);

/** The question that is next, with the next thing to do about it as the biggest. */
export function QuestionCard() {
  const row = current.value;
  if (!row) return <Nothing />;
  const { question, standing } = row;
  const isLong = question.text.length > 160;
  return (
    <article
      class="focus card"
      aria-label={t("focus.title")}
      data-testid="focus"
      data-question={question.id}
      data-state={question.state}
    >
      <p class="focus-meta">
        <strong>{nameOf(question)}</strong>
        <StaffBadge role={question.role} />
        <span>{timeOfDay(question.asked_at)}</span>
        <span class="focus-votes">
          <Icon name="up" />
          {t.count("votes", question.votes)}
        </span>
        <VotesApart of={question} />
        {typeof question.replay_ms === "number" && (
          <span class="badge" data-testid="asked-at-replay">
            {t("asked_at_replay", { at: duration(question.replay_ms / 1_000) })}
          </span>
        )}
        {snapshot.value?.pinned_question === question.id && (
          <span class="badge badge-accent">
            <Icon name="pin" />
            {t("pinned")}
          </span>
        )}
      </p>
      <LateAsker question={question.id} />
      <p
        class={isLong ? "focus-text focus-text-long" : "focus-text"}
        // What scrolls is scrolled by keys, too.
        tabIndex={isLong ? 0 : undefined}
        lang={languageOf(question.text)}
        data-testid="focus-text"
      >
        {question.text}
      </p>
      <Fate question={question} />
      <HeldFor question={question} />
      <Answering question={question} />
      <div class="focus-actions">
        {standing === "moved" ? <Moved question={question} /> : <Actions key={question.state} question={question} />}
        <AnswerForm key={question.id} question={question} />
      </div>
      <Steps />
      <LateAside question={question} />
    </article>
  );
}

/** Votes that nobody else sees: of guests who had not watched, or came all at once from one address. */
function VotesApart({ of: { votes_apart: apart } }: { of: Question }) {
  if (!apart) return null;
  return (
    <span class="votes-apart" data-testid="votes-apart">
      {t.count("votes_apart", apart)}
    </span>
  );
}

/** Nothing is in hand: what else is next. */
export function Nothing() {
  return (
    <div class="focus focus-empty card" data-testid="focus-empty">
      <div class="empty">
        <Icon name="check" />
        <h2>{t("focus.none.title")}</h2>
        <NextThing />
      </div>
    </div>
  );
}

/** With no question in hand, what else is next: to start, to let in, to review, to answer. */
function NextThing() {
  const { pending, open } = counts.value;
  if (snapshot.value?.show.state === "scheduled") {
    return <p>{t("focus.none.scheduled")}</p>;
  }
  if (waiting.value > 0) {
    return (
      <Button look="primary" class="focus-main" onClick={letInNow} data-testid="focus-let-in">
        {t.count("let_in", waiting.value)}
        <Key of="N" />
      </Button>
    );
  }
  if (pending > 0 && tab.value !== "pending") {
    return (
      <Button look="primary" class="focus-main" onClick={() => chooseTab("pending")} data-testid="focus-review">
        {t.count("review", pending)}
        <Key of="1" />
      </Button>
    );
  }
  if (open > 0 && tab.value !== "open") {
    return (
      <Button class="focus-main" onClick={() => chooseTab("open")} data-testid="focus-open">
        {t.count("answer", open)}
        <Key of="2" />
      </Button>
    );
  }
  return <p>{t(snapshot.value?.show.state === "ended" ? "focus.none.ended" : "focus.none.text")}</p>;
}

/** Why it is held, and whether its author knows. */
function HeldFor({ question }: { question: Question }) {
  const why = (question.held ?? []).map(sayHeld);
  if (!waits(question) || (why.length === 0 && question.state === "pending")) return null;
  return (
    <p class="notice" data-testid="held">
      {question.state === "shadowed" ? t("held.shadowed") : t("held")}
      {why.length > 0 && ` ${why.join(" · ")}`}
    </p>
  );
}

/** What became of the question so far. */
function Fate({ question: { answer, dismissed_reason: reason, state, moderated_by: by } }: { question: Question }) {
  if (state === "answered" && answer) {
    return (
      <div class="fate">
        <p class="hint fate-by">
          {t(answer.live ? "fate.live" : answer.private ? "fate.private" : "fate.text", {
            who: answer.by ?? by ?? t("somebody"),
            at: timeOfDay(answer.at),
          })}
          {answer.live && answer.show_ms != null && ` · ${t("fate.moment", { at: duration(answer.show_ms / 1000) })}`}
          <StaffBadge role={answer.role} />
        </p>
        {answer.text && <p class="fate-text">{answer.text}</p>}
      </div>
    );
  }
  if (state === "answering") {
    return <p class="fate hint">{t("fate.answering", { who: by ?? t("somebody") })}</p>;
  }
  if (state === "dismissed") {
    return (
      <p class="fate hint">
        {t("fate.dismissed", { who: by ?? t("somebody"), reason: t.maybe(`reason.${reason}`) ?? t("reason.other") })}
      </p>
    );
  }
  return null;
}

/** Who else is at this question. */
function Answering({ question }: { question: Question }) {
  const who = claimant(question);
  return (
    <div class="focus-claim">
      <p class="focus-answering" role="status" data-testid="answering">
        {who && t("answering", { who })}
      </p>
      {who && MAY_TAKE_OVER.has(session.value?.role ?? "") && (
        <Button size="small" onClick={() => takeOver(question)} data-testid="take-over">
          {t("take_over")}
        </Button>
      )}
    </div>
  );
}

/** A colleague was faster: who, and the way on. */
function Moved({ question }: { question: Question }) {
  return (
    <>
      <p class="notice" role="status" data-testid="conflict">
        {sayMoved(question)}
      </p>
      <div class="focus-more">
        <Button look="primary" onClick={once(() => step(1))} data-testid="moved-next">
          {t("next")}
          <Key of="J" />
        </Button>
        {hasDraft(question.id) && (question.state === "answered" || question.state === "dismissed") && (
          <Button onClick={once(() => restore(question))} data-testid="moved-restore">
            {t("restore")}
          </Button>
        )}
      </div>
    </>
  );
}

/** A click that is no second half of a double click: the next question already lies under the same button. */
function once(act: () => void) {
  return (event: MouseEvent): void => {
    if (event.detail < 2) act();
  };
}

function Actions({ question }: { question: Question }) {
  const { state } = question;
  return (
    <>
      {waits(question) && (
        <Button look="primary" class="focus-main" onClick={once(() => approve(question))} data-testid="approve">
          {t("approve")}
          <Key of="A" />
        </Button>
      )}
      {(state === "open" || state === "answering") && (
        <Button look="primary" class="focus-main" onClick={once(() => answerLive(question))} data-testid="answer-live">
          {t("answer.live")}
          <Key of="L" />
        </Button>
      )}
      {(state === "answered" || state === "dismissed") && (
        <Button class="focus-main" onClick={once(() => restore(question))} data-testid="restore">
          {t("restore")}
          <Key of="R" />
        </Button>
      )}
      <div class="focus-more">
        {state === "open" && (
          <Button onClick={once(() => begin(question))} data-testid="answer-begin">
            {t("answer.begin")}
            <Key of="V" />
          </Button>
        )}
        {(state === "open" || state === "answering" || state === "answered") && <PinButton question={question} />}
        {state === "open" && (
          <Button look="quiet" onClick={once(() => hold(question))} data-testid="hold">
            {t("hold")}
            <Key of="H" />
          </Button>
        )}
        {state !== "dismissed" && (
          <Button
            look="danger"
            data-testid="dismiss"
            aria-haspopup="dialog"
            onClick={() => {
              dismissing.value = question;
            }}
          >
            {t("dismiss")}
            <Key of="D" />
          </Button>
        )}
        {!question.role && (
          <Button
            look="quiet"
            data-testid="sanction-open"
            aria-haspopup="dialog"
            title={t("sanction.of", { who: nameOf(question) })}
            onClick={once(() => {
              sanctioning.value = sanctionable(question);
            })}
          >
            {t("sanction")}
            <Key of="B" />
          </Button>
        )}
      </div>
    </>
  );
}

function PinButton({ question }: { question: Question }) {
  const pinned = snapshot.value?.pinned_question === question.id;
  return (
    <Button onClick={() => toggleQuestion(question.id)} aria-pressed={pinned} data-testid="pin-question">
      <Icon name="pin" />
      {pinned ? t("unpin") : t("pin")}
      <Key of="P" />
    </Button>
  );
}

/** Where in the queue this question stands, and the way to its neighbours. */
function Steps() {
  const at = rows.value.findIndex((row) => row.question.id === selected.value);
  return (
    <nav class="steps" aria-label={t("steps")}>
      <Button size="small" look="quiet" onClick={() => step(-1)} disabled={at <= 0}>
        {t("previous")}
        <Key of="K" />
      </Button>
      <span class="hint">{t("position", { n: at + 1, all: rows.value.length })}</span>
      <Button size="small" look="quiet" onClick={() => step(1)} disabled={at < 0 || at >= rows.value.length - 1}>
        {t("next")}
        <Key of="J" />
      </Button>
    </nav>
  );
}
