import { useComputed } from "@preact/signals";
import type { Question } from "../sdk";
import { nameOf, StaffBadge } from "../shared/people";
import { openPane } from "./panes";
import { questions, show } from "./session";
import { t } from "./text";

const LINES_MAX = 4;

interface Line {
  key: string;
  at: string;
  who: string;
  role: string | null;
  text: string;
  answer: boolean;
}

function linesOf(question: Question, host: string): Line[] {
  const asked = {
    key: question.id,
    at: question.asked_at,
    who: nameOf(question),
    role: question.role ?? null,
    text: question.text,
    answer: false,
  };
  if (!question.answer) return [asked];
  const { by, role, private: few } = question.answer;
  const text = question.answer.text ?? t(few ? "questions.answered_privately" : "lines.answered_live");
  return [
    asked,
    { key: `${question.id} answer`, at: question.answer.at, who: by ?? host, role: role ?? "host", text, answer: true },
  ];
}

/** The last lines of the talk, over the foot of the video; the whole of it is one tap away. */
export function LastLines() {
  const lines = useComputed(() => {
    const host = show.value?.host ?? "";
    const open = questions.value.filter((each) => each.state !== "pending" && each.state !== "dismissed");
    const all = open.flatMap((each) => linesOf(each, host));
    return all.sort((a, b) => (a.at < b.at ? -1 : 1)).slice(-LINES_MAX);
  });
  if (lines.value.length === 0) return null;
  return (
    <ul class="lines" aria-label={t("lines.label")} data-testid="lines">
      {lines.value.map((line) => (
        <li key={line.key} class={line.answer ? "line line-answer" : "line"}>
          <button type="button" tabIndex={-1} onClick={() => openPane("questions")}>
            <strong>{line.who}</strong> <StaffBadge role={line.role} /> <span dir="auto">{line.text}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
