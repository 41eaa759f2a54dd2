import { useLayoutEffect, useRef } from "preact/hooks";
import type { DismissReason, Question } from "../sdk/wire";
import { ofInputMethod } from "../shared/input_method";
import { Button } from "../shared/ui/button";
import { Dialog } from "../shared/ui/dialog";
import { dismiss, sayMoved } from "./actions";
import { known } from "./desk";
import { Key } from "./key_hint";
import { keysOn } from "./keys";
import { dismissing } from "./surface";
import { t } from "./text";

export const REASONS: readonly DismissReason[] = ["spam", "off_topic", "rude", "duplicate", "other"];

function close(): void {
  dismissing.value = null;
}

function stateNow(question: Question): Question {
  return known.value.get(question.id) ?? question;
}

/** Why a question is taken away: one of five, by a click or its number. It is about the question for which it was opened, and no other. */
export function DismissDialog({ question }: { question: Question }) {
  const now = stateNow(question);
  const moved = now.version !== question.version;
  const choose = (reason: DismissReason | undefined): void => {
    // Asked at the press: what a colleague did may be known and not drawn yet.
    if (!reason || stateNow(question).version !== question.version) return;
    close();
    dismiss(question, reason);
  };
  const chosen = useRef(choose);
  chosen.current = choose;
  useLayoutEffect(() => {
    const hear = (event: KeyboardEvent): void => {
      if (keysOn.value && !event.repeat && !ofInputMethod(event)) chosen.current(REASONS[Number(event.key) - 1]);
    };
    document.addEventListener("keydown", hear);
    return () => document.removeEventListener("keydown", hear);
  }, []);
  return (
    <Dialog title={t("dismiss.title")} onClose={close} testid="dismiss-dialog">
      <p class="dismissed-text">{question.text}</p>
      {moved && (
        <p class="notice" role="status" data-testid="dismiss-moved">
          {sayMoved(now)}
        </p>
      )}
      <div class="reasons">
        {REASONS.map((reason, i) => (
          <Button
            key={reason}
            autofocus={i === 0}
            aria-disabled={moved}
            onClick={() => choose(reason)}
            data-testid={`reason-${reason}`}
          >
            {t(`reason.${reason}`)}
            <Key of={String(i + 1)} />
          </Button>
        ))}
      </div>
    </Dialog>
  );
}
