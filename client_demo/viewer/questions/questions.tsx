import { signal } from "@preact/signals";
import { useMemo, useRef } from "preact/hooks";
import type { Question } from "../../sdk";
import { count, timeOfDay } from "../../shared/format";
import { Icon } from "../../shared/ui/icon";
import { showToast } from "../../shared/ui/toast";
import { myPending, myQuestionIds, myVotes, vote } from "../me";
import { isLive, pinnedQuestion, questions, show } from "../session";
import { refusalText, t } from "../text";
import { AskBox } from "./ask_box";
import { orderOf, type Sorting } from "./order";

const SORTINGS: readonly Sorting[] = ["newest", "wanted"];
const sorting = signal<Sorting>("newest");

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
        <strong class="visually-hidden">{t("questions.answer_by", { name: show.value?.host ?? "" })}</strong>
        {answer.text ?? t("questions.answered_live")}
      </span>
    </p>
  );
}

function QuestionRow({ question, pinned }: { question: Question; pinned: boolean }) {
  const mine = myQuestionIds.value.has(question.id);
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
          {mine ? <span class="badge badge-accent">{t("questions.mine")}</span> : <span>{question.author}</span>}
          {question.asked_at && <time dateTime={question.asked_at}>{timeOfDay(question.asked_at)}</time>}
        </p>
        <p class="question-text" dir="auto">
          {question.text}
        </p>
        {question.state === "pending" && <p class="hint">{t("questions.pending")}</p>}
        <AnswerOf question={question} />
      </div>
      {question.state !== "pending" && <VoteButton question={question} />}
    </li>
  );
}

export function Questions() {
  const all = questions.value;
  const shown = useRef<{ sorting: Sorting; ids: string[] }>({ sorting: "newest", ids: [] });
  const ids = useMemo(() => {
    const before = shown.current.sorting === sorting.value ? shown.current.ids : [];
    shown.current = { sorting: sorting.value, ids: orderOf(all, sorting.value, before) };
    return shown.current.ids;
  }, [all, sorting.value]);
  const byId = useMemo(() => new Map(all.map((each) => [each.id, each])), [all]);
  const pinned = pinnedQuestion.value ? byId.get(pinnedQuestion.value) : undefined;

  return (
    <div class="pane">
      <div class="pane-scroll" data-testid="questions">
        {all.length > 1 && (
          <fieldset class="segmented sorting" aria-label={t("questions.order")}>
            {SORTINGS.map((each) => (
              <button type="button" key={each} aria-pressed={sorting.value === each} onClick={() => (sorting.value = each)}>
                {t(`questions.${each}`)}
              </button>
            ))}
          </fieldset>
        )}
        <ul>
          {pinned && <QuestionRow key="pinned" question={pinned} pinned />}
          {myPending.value.map((each) => (
            <QuestionRow key={each.id} question={each} pinned={false} />
          ))}
          {ids.map((id) => {
            const question = byId.get(id);
            return question && question !== pinned && <QuestionRow key={id} question={question} pinned={false} />;
          })}
        </ul>
        {all.length === 0 && myPending.value.length === 0 && (
          <div class="empty">
            <h2>{t("questions.empty.title")}</h2>
            <p>{t("questions.empty.text")}</p>
          </div>
        )}
      </div>
      <AskBox />
    </div>
  );
}
