import { useEffect } from "preact/hooks";
import type { DismissReason } from "../sdk/wire";
import { ofInputMethod } from "../shared/input_method";
import { Button } from "../shared/ui/button";
import { Dialog } from "../shared/ui/dialog";
import { dismiss } from "./actions";
import { current } from "./desk";
import { Key } from "./key_hint";
import { keysOn } from "./keys";
import { dismissing } from "./surface";
import { t } from "./text";

const REASONS: readonly DismissReason[] = ["spam", "off_topic", "rude", "duplicate", "other"];

/** Why a question is taken away: one of five, by a click or its number. */
export function DismissDialog() {
  const question = current.value?.question;
  const close = (): void => {
    dismissing.value = false;
  };
  const choose = (reason: DismissReason | undefined): void => {
    if (!reason || !question) return;
    close();
    dismiss(question, reason);
  };
  useEffect(() => {
    const hear = (event: KeyboardEvent): void => {
      if (keysOn.value && !event.repeat && !ofInputMethod(event)) choose(REASONS[Number(event.key) - 1]);
    };
    document.addEventListener("keydown", hear);
    return () => document.removeEventListener("keydown", hear);
  }, [question]);
  if (!question) return null;
  return (
    <Dialog title={t("dismiss.title")} onClose={close} testid="dismiss-dialog">
      <p class="dismissed-text">{question.text}</p>
      <div class="reasons">
        {REASONS.map((reason, i) => (
          <Button key={reason} autofocus={i === 0} onClick={() => choose(reason)} data-testid={`reason-${reason}`}>
            {t(`reason.${reason}`)}
            <Key of={String(i + 1)} />
          </Button>
        ))}
      </div>
    </Dialog>
  );
}
