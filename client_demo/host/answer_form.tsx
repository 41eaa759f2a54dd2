import { useEffect, useRef } from "preact/hooks";
import type { Question } from "../sdk/wire";
import { draftOf, keepDraft } from "../shared/drafts";
import { isEnter, isEscape } from "../shared/input_method";
import { Button } from "../shared/ui/button";
import { Icon } from "../shared/ui/icon";
import { RoomLeft } from "../shared/ui/room_left";
import { asKept, lengthOf } from "../shared/writing";
import { answerText } from "./actions";
import { keepSaying } from "./answering";
import { draftPlace, room, view } from "./desk";
import { Key } from "./key_hint";
import { t } from "./text";

const ANSWER_MAX = 1000;

/**
 * The box for an answer. It stays for as long as something is written in it, or it has the focus, whatever becomes of the question: a
 * question that a colleague answered meanwhile takes no answer, and the draft is kept.
 */
export function AnswerForm({ question }: { question: Question }) {
  const place = draftPlace(`answer.${question.id}`);
  const text = draftOf(place);
  const field = useRef<HTMLTextAreaElement>(null);
  const open = question.state === "open";
  useAnswering(question.id, field);
  useEffect(() => {
    // Sent before the page was loaded anew, and arrived.
    if (text && question.answer?.text === asKept(text)) keepDraft(place, "");
  }, [question.answer?.text]);
  if (!open && !text && document.activeElement !== field.current) return null;
  function send(): void {
    const words = asKept(text);
    if (!words || lengthOf(words) > ANSWER_MAX || !open) return field.current?.focus();
    field.current?.blur();
    answerText(question, words);
  }
  return (
    <form
      class="answer"
      data-testid="answer-form"
      data-open={open}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div class="answer-head">
        <label class="field-label" for="answer-text">
          {t(open ? "answer.label" : "answer.draft")}
          {open && <Key of="T" />}
        </label>
        {open ? (
          <Button
            type="submit"
            size="small"
            aria-disabled={!asKept(text) || lengthOf(text) > ANSWER_MAX}
            data-testid="answer-send"
          >
            <Icon name="send" />
            {t("answer.send")}
            <Key of="Ctrl ⏎" />
          </Button>
        ) : (
          <Button size="small" onClick={() => keepDraft(place, "")} data-testid="draft-drop">
            {t("answer.drop")}
          </Button>
        )}
      </div>
      <textarea
        class="input"
        id="answer-text"
        ref={field}
        rows={2}
        aria-invalid={lengthOf(text) > ANSWER_MAX}
        aria-describedby="answer-left"
        value={text}
        data-testid="answer-text"
        onInput={(event) => keepDraft(place, event.currentTarget.value)}
        onKeyDown={(event) => {
          if (isEscape(event)) field.current?.blur();
          else if (isEnter(event) && (event.ctrlKey || event.metaKey)) send();
        }}
      />
      <p class="hint field-note">
        <RoomLeft id="answer-left" text={text} most={ANSWER_MAX} />
      </p>
    </form>
  );
}

/** Tells the colleagues while this person has the box in hand and something is written in it; after each join anew. */
function useAnswering(question: string, field: { current: HTMLTextAreaElement | null }): void {
  const { joins } = view.value;
  useEffect(() => {
    let stop: (() => void) | null = null;
    const say = (answering: boolean): void => {
      room()?.tell("question.answering", { question, answering });
    };
    const look = (): void => {
      const writes = document.activeElement === field.current && field.current !== null && field.current.value.trim() !== "";
      if (writes && !stop) stop = keepSaying(say);
      else if (!writes && stop) {
        stop();
        stop = null;
      }
    };
    look();
    const events = ["input", "focusin", "focusout"] as const;
    const later = (): void => queueMicrotask(look);
    for (const type of events) document.addEventListener(type, later);
    return () => {
      for (const type of events) document.removeEventListener(type, later);
      stop?.();
    };
  }, [question, joins]);
}
