import { useComputed } from "@preact/signals";
import type { Comment, OwnComment, Question } from "../sdk";
import { nameOf, StaffBadge } from "../shared/people";
import { myComments } from "./me";
import { openPane } from "./panes";
import { comments, questions, show } from "./session";
import { t } from "./text";

const LINES_MAX = 4;

interface Line {
  key: string;
  at: string;
  who: string;
  role: string | null;
  text: string;
  answer: boolean;
  pane: "comments" | "questions";
}

function linesOf(question: Question, host: string): Line[] {
  const asked = {
    key: question.id,
    at: question.asked_at,
    who: nameOf(question),
    role: question.role ?? null,
    text: question.text,
    answer: false,
    pane: "questions" as const,
  };
  if (!question.answer) return [asked];
  const { by, role, private: few } = question.answer;
  const text = question.answer.text ?? t(few ? "questions.answered_privately" : "lines.answered_live");
  return [
    asked,
    {
      key: `${question.id} answer`,
      at: question.answer.at,
      who: by ?? host,
      role: role ?? "host",
      text,
      answer: true,
      pane: "questions",
    },
  ];
}

function lineOf(comment: Comment | OwnComment): Line {
  const { id, at, role, text } = comment;
  return { key: id, at, who: nameOf(comment), role: role ?? null, text, answer: false, pane: "comments" };
}

/** The last lines of the talk, over the foot of the video; the whole of it is one tap away. */
export function LastLines() {
  const lines = useComputed(() => {
    const host = show.value?.host ?? "";
    const open = questions.value.filter((each) => each.state !== "pending" && each.state !== "dismissed");
    const shown = new Set(comments.value.map(({ id }) => id));
    const own = myComments.value.filter((each) => each.author && each.state === "open" && !shown.has(each.id));
    const all = [...open.flatMap((each) => linesOf(each, host)), ...comments.value.map(lineOf), ...own.map(lineOf)];
    return all.sort((a, b) => (a.at < b.at ? -1 : 1)).slice(-LINES_MAX);
  });
  if (lines.value.length === 0) return null;
  return (
    <ul class="lines" aria-label={t("lines.label")} data-testid="lines">
      {lines.value.map((line) => (
        <li key={line.key} class={line.answer ? "line line-answer" : "line"}>
          <button type="button" tabIndex={-1} onClick={() => openPane(line.pane)}>
            <strong>{line.who}</strong> <StaffBadge role={line.role} /> <span dir="auto">{line.text}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
