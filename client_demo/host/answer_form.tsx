import { useEffect, useRef } from "preact/hooks";
import type { Question } from "../sdk/wire";
import { draftOf, keepDraft } from "../shared/drafts";
import { isEnter, isEscape } from "../shared/input_method";
import { Button } from "../shared/ui/button";
import { Icon } from "../shared/ui/icon";
import { RoomLeft } from "../shared/ui/room_left";
import { asKept, lengthOf } from "../shared/writing";
import { answerText } from "./actions";
import { claimant, keepClaim } from "./claims";
import { draftPlace, view } from "./desk";
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
  const open = question.state === "open" || question.state === "answering";
  const barred = claimant(question) !== null;
  useClaim(question.id, field, open);
  useEffect(() => {
    // Sent before the page was loaded anew, and arrived.
    if (text && question.answer?.text === asKept(text)) keepDraft(place, "");
  }, [question.answer?.text]);
  if (!open && !text && document.activeElement !== field.current) return null;
  const unsendable = !asKept(text) || lengthOf(text) > ANSWER_MAX || barred;
  function send(few = false): void {
    const words = asKept(text);
    if (!words || unsendable || !open) return field.current?.focus();
    field.current?.blur();
    answerText(question, words, few);
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
          <span class="answer-ways">
            {text && (
              <Button size="small" look="quiet" aria-disabled={unsendable} onClick={() => send(true)} data-testid="answer-private">
                {t("answer.private")}
              </Button>
            )}
            <Button type="submit" size="small" aria-disabled={unsendable} data-testid="answer-send">
              <Icon name="send" />
              {t("answer.send")}
              <Key of="Ctrl ⏎" />
            </Button>
          </span>
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
          else if (isEnter(event) && (event.ctrlKey || event.metaKey)) send(event.shiftKey);
        }}
      />
      <p class="hint field-note">
        <RoomLeft id="answer-left" text={text} most={ANSWER_MAX} />
      </p>
    </form>
  );
}

/** The question is this person's while they have the box in hand; after each join anew. */
function useClaim(question: string, field: { current: HTMLTextAreaElement | null }, open: boolean): void {
  const { joins } = view.value;
  useEffect(() => {
    let release: (() => void) | null = null;
    const look = (): void => {
      const inHand = open && field.current !== null && document.activeElement === field.current;
      if (inHand && !release) release = keepClaim(question);
      else if (!inHand && release) {
        release();
        release = null;
      }
    };
    look();
    const later = (): void => queueMicrotask(look);
    document.addEventListener("focusin", later);
    document.addEventListener("focusout", later);
    return () => {
      document.removeEventListener("focusin", later);
      document.removeEventListener("focusout", later);
      release?.();
    };
  }, [question, joins, open]);
}
