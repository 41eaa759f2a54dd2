import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Question } from "../../sdk";
import { count, timeOfDay } from "../../shared/format";
import { nameOf, StaffBadge } from "../../shared/people";
import { Icon } from "../../shared/ui/icon";
import { showToast } from "../../shared/ui/toast";
import { Late, LateReport } from "../late";
import { myQuestionIds, myUnlisted, myVotes, vote } from "../me";
import { isLive, isOver, jumps, pinnedQuestion, show } from "../session";
import { refusalText, t } from "../text";
import { AskBox } from "./ask_box";
import { chooseSorting, drawn, hasMore, loadFailed, loading, questionCount, questionOf, showMore, sorting } from "./list";
import type { Sorting } from "./order";

const SORTINGS: readonly Sorting[] = ["newest", "wanted"];
/** What an empty list says is only what is so: nobody can ask before the show, nor after it. */
function emptyText(): string {
  return t(isOver.value ? "questions.empty.ended" : isLive.value ? "questions.empty.text" : "questions.empty.before");
}

function VoteButton({ question }: { question: Question }) {
  const voted = myVotes.value.has(question.id);
  return (
    <button
      type="button"
      class="vote"
      data-testid="vote"
      aria-pressed={voted}
      aria-label={`${t(voted ? "vote.done" : "vote.add", { text: question.text })} – ${t.count("vote.count", question.votes)}`}
      disabled={!isLive.value && !voted}
      onClick={() => {
        if (!voted) vote(question.id).catch((error) => showToast(refusalText(error)));
      }}
    >
      <Icon name="up" />
      <span data-testid="votes">{count(question.votes)}</span>
    </button>
  );
}

function AnswerOf({ question }: { question: Question }) {
  const answer = question.answer;
  if (!answer) return null;
  return (
    <p class="answer" data-testid="answer">
      <Icon name="check" />
      <span>
        <span class="answer-by">
          <strong>
            <span class="visually-hidden">{t("questions.answer_by", { name: "" })}</span>
            {answer.by ?? show.value?.host ?? ""}
          </strong>
          <StaffBadge role={answer.role ?? "host"} />
        </span>
        {answer.text ?? t(answer.private ? "questions.answered_privately" : "questions.answered_live")}
      </span>
    </p>
  );
}

function QuestionRow({ question, pinned }: { question: Question; pinned: boolean }) {
  const mine = myQuestionIds.value.has(question.id);
  const Jump = jumps.value;
  return (
    <li
      class={pinned ? "question question-pinned" : "question"}
      data-testid="question"
      data-question={question.id}
      data-state={question.state}
    >
      <div class="question-body">
        <p class="question-head">
          {pinned && (
            <span class="badge badge-accent" data-testid="question-pinned">
              <Icon name="pin" />
              {t("questions.pinned")}
            </span>
          )}
          {mine ? (
            <span class="badge badge-accent">{t("questions.mine")}</span>
          ) : (
            <span class="question-author">{nameOf(question)}</span>
          )}
          <StaffBadge role={question.role} />
          {question.asked_at && <time dateTime={question.asked_at}>{timeOfDay(question.asked_at)}</time>}
          {!mine && !question.role && <LateReport question={question} />}
        </p>
        <p class="question-text" dir="auto">
          {question.text}
        </p>
        {question.state === "answering" && (
          <p>
            <span class="badge badge-live">{t("questions.answering")}</span>
          </p>
        )}
        <AnswerOf question={question} />
        {Jump && <Jump question={question} />}
      </div>
      <VoteButton question={question} />
    </li>
  );
}

const rowsMade = new WeakMap<Question, VNode>();

/** A row is made anew only when its question changed: hundreds of them do not look up at each vote. */
function rowOf(question: Question): VNode {
  const made = rowsMade.get(question) ?? <QuestionRow key={question.id} question={question} pinned={false} />;
  rowsMade.set(question, made);
  return made;
}

/** The way further down: taken by itself when it comes into sight, by hand when that failed. */
function More() {
  const place = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    const button = place.current;
    if (!button) return;
    // Before it comes into sight, so that scrolling does not stop.
    const near = { root: button.parentElement, rootMargin: "800px" };
    const seen = new IntersectionObserver(([entry]) => {
      if (entry?.isIntersecting && !loadFailed.peek()) showMore();
    }, near);
    seen.observe(button);
    return () => seen.disconnect();
  }, [drawn.value.length, loading.value]);
  return (
    <button type="button" ref={place} class="button questions-more" data-testid="questions-more" onClick={showMore}>
      {t(loading.value ? "questions.loading" : loadFailed.value ? "questions.again" : "questions.more")}
    </button>
  );
}

export function Questions() {
  const pinned = questionOf(pinnedQuestion.value);
  const none = questionCount.value === 0;
  return (
    <div class="pane">
      <div class="pane-scroll" data-testid="questions">
        {questionCount.value > 1 && (
          <fieldset class="segmented sorting" aria-label={t("questions.order")}>
            {SORTINGS.map((each) => (
              <button
                type="button"
                key={each}
                aria-pressed={sorting.value === each}
                data-testid={`sorting-${each}`}
                onClick={() => chooseSorting(each)}
              >
                {t(`questions.${each}`)}
              </button>
            ))}
          </fieldset>
        )}
        <Late part="OnStage" />
        <Late part="OwnQuestions" />
        <ul>
          {pinned && <QuestionRow key="pinned" question={pinned} pinned />}
          {myUnlisted.value.map((each) => (
            <QuestionRow key={each.id} question={each} pinned={false} />
          ))}
          {drawn.value.map((question) => question !== pinned && rowOf(question))}
        </ul>
        {hasMore.value && <More />}
        {none && myQuestionIds.value.size === 0 && (
          <div class="empty">
            <h2>{t("questions.empty.title")}</h2>
            <p>{emptyText()}</p>
          </div>
        )}
      </div>
      <AskBox />
    </div>
  );
}
