import { signal } from "@preact/signals";
import type { PrivatePush, Question } from "../../sdk";
import { duration } from "../../shared/format";
import { Button } from "../../shared/ui/button";
import { showToast } from "../../shared/ui/toast";
import { brief } from "../../shared/writing";
import { askedByMe, myQuestionIds, type OwnQuestion, toldToMe } from "../me";
import { isOver, onPrivate, products, room, show } from "../session";
import { refusalText } from "../text";
import { t } from "./asking_text";

/** So many are shown at first: the list of everybody's questions stays in sight. */
const SHOWN = 2;
const all = signal(false);

/** What becomes of one's own questions is told as it happens; to be called once. */
export function followOwn(): void {
  onPrivate((push) => {
    if (push.type === "question.own") hear(push);
  });
}

function hear({ question, into }: Extract<PrivatePush, { type: "question.own" }>): void {
  const now: OwnQuestion = into ? { ...question, into } : question;
  if (!myQuestionIds.peek().has(now.id)) return hearTold(now);
  const before = askedByMe.peek().find((each) => each.id === now.id);
  askedByMe.value = [now, ...askedByMe.peek().filter((each) => each !== before)];
  const stateNow = fateOf(now);
  const news = before && fateOf(before) !== stateNow ? t.maybe(`news.${stateNow}`) : null;
  if (news && !(stateNow === "open" && before?.state !== "pending")) showToast(news);
}

function hearTold(question: Question): void {
  const others = toldToMe.peek().filter((each) => each.id !== question.id);
  const isTold = question.answer?.private === true && question.state === "answered";
  if (isTold && others.length === toldToMe.peek().length) showToast(t("news.told"));
  toldToMe.value = isTold ? [question, ...others] : others;
}

/** What became of it, also of the one that stands for it: the state, and how it was answered. */
function fateOf({ state, answer, into }: OwnQuestion): string {
  if (state === "merged" && into?.state === "answered") return fateOf(into);
  if (state !== "answered") return state;
  return answer?.live ? "answered" : answer?.private ? "answered_privately" : "answered";
}

/** The viewer's own questions, with what became of each. */
export function OwnQuestions() {
  const own = askedByMe.value;
  const told = toldToMe.value.filter((each) => !myQuestionIds.value.has(each.id));
  const n = own.length + told.length;
  if (n === 0) return null;
  const rows = [
    ...told.map((each) => <Own key={each.id} question={each} told />),
    ...own.map((each) => <Own key={each.id} question={each} />),
  ];
  return (
    <section class="own" aria-label={t.count("own.title", n)} data-testid="own-questions">
      <h2 class="own-title">{t.count("own.title", n)}</h2>
      <ul>{all.value ? rows : rows.slice(0, SHOWN)}</ul>
      {n > SHOWN && (
        <Button
          look="quiet"
          size="small"
          aria-expanded={all.value}
          data-testid="own-all"
          onClick={() => {
            all.value = !all.peek();
          }}
        >
          {all.value ? t("own.less") : t("own.all", { n })}
        </Button>
      )}
    </section>
  );
}

function Own({ question, told = false }: { question: OwnQuestion; told?: boolean }) {
  const { id, text, state, product, anonymous, into } = question;
  const about = products.value.find((each) => each.id === product);
  const answer = (state === "merged" ? into : question)?.answer;
  const said = [told && t("own.told"), about && t("own.about", { title: about.title }), anonymous && t("own.anonymous")];
  return (
    <li class="own-question" data-testid="own-question" data-question={id} data-state={state}>
      <p dir="auto">{text}</p>
      <p class={`own-fate own-${state}`} data-testid="own-fate">
        {fateText(question)}
        {said.filter(Boolean).map((words) => (
          <span key={words} class="hint">
            {` · ${words}`}
          </span>
        ))}
      </p>
      {answer?.text && (
        <p class="own-answer" dir="auto" data-testid="own-answer">
          {answer.text}
        </p>
      )}
      {!told && !isOver.value && (state === "pending" || state === "open") && (
        <Button
          look="quiet"
          size="small"
          aria-label={t("own.withdraw.of", { text: brief(text) })}
          data-testid="withdraw"
          onClick={() => void withdraw(id)}
        >
          {t("own.withdraw")}
        </Button>
      )}
    </li>
  );
}

function fateText(question: OwnQuestion): string {
  const { state, votes, into, dismissed_reason: reason } = question;
  if (state === "merged" && into) {
    const together = t("fate.merged", { text: brief(into.text) });
    return into.answer || into.state === "answering" ? `${together}: ${fateText(into)}` : together;
  }
  if (state === "answered") return answerText(question);
  if (state === "open" && votes > 0) return t.count("fate.open.votes", votes);
  if (state !== "dismissed") return t.maybe(`fate.${state}`) ?? "";
  const why = t.maybe(`reason.${reason}`);
  return why ? t("fate.dismissed", { reason: why }) : t("fate.dismissed.plain");
}

function answerText({ answer }: Question): string {
  const who = answer?.by ?? show.value?.host ?? "";
  const ms = answer?.show_ms ?? null;
  if (answer?.live) {
    return ms === null ? t("fate.answered_live", { who }) : t("fate.answered_live.at", { who, at: duration(ms / 1000) });
  }
  return t(answer?.private ? "fate.answered_privately" : "fate.answered", { who });
}

async function withdraw(id: string): Promise<void> {
  try {
    const { state, version } = await room().command("question.withdraw", { question: id });
    askedByMe.value = askedByMe.peek().map((each) => (each.id === id ? { ...each, state, version } : each));
    showToast(t("own.withdrawn.done"));
  } catch (error) {
    showToast(refusalText(error));
  }
}
