import { useSignal } from "@preact/signals";
import { useId, useRef } from "preact/hooks";
import { draftOf, keepDraft } from "../../shared/drafts";
import { isEnter } from "../../shared/input_method";
import { Button } from "../../shared/ui/button";
import { Icon } from "../../shared/ui/icon";
import { RoomLeft } from "../../shared/ui/room_left";
import { showToast } from "../../shared/ui/toast";
import { asKept, lengthOf } from "../../shared/writing";
import { Late } from "../late";
import { ask } from "../me";
import { isOpen, isOver, show } from "../session";
import { refusalText, t } from "../text";

const CHARACTERS_MAX = 500;

export function AskBox() {
  const place = `ask.${show.value?.id ?? ""}`;
  const text = draftOf(place);
  const busy = useSignal<"no" | "sending" | "checking">("no");
  const problem = useSignal<string | null>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  const tooLong = lengthOf(text) > CHARACTERS_MAX;

  async function send(): Promise<void> {
    const asked = asKept(text);
    if (!asked || tooLong || busy.value !== "no") return;
    busy.value = "sending";
    problem.value = null;
    try {
      const state = await ask(place, asked, () => (busy.value = "checking"));
      if (state === "lost") problem.value = t("ask.lost");
      else {
        // What was written on meanwhile stays.
        if (asKept(draftOf(place)) === asked) keepDraft(place, "");
        showToast(state === "pending" ? t("ask.pending") : t("ask.sent"));
      }
    } catch (error) {
      problem.value = refusalText(error);
    }
    busy.value = "no";
    field.current?.focus();
  }

  return (
    <form
      class="ask"
      data-testid="ask-form"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <label class="visually-hidden" for={`${id}-text`}>
        {t("ask.label")}
      </label>
      <Late part="AskHelp" />
      <div class="ask-row">
        <textarea
          ref={field}
          id={`${id}-text`}
          class="input ask-text"
          rows={1}
          data-testid="ask-text"
          placeholder={t(isOpen.value ? "ask.placeholder" : isOver.value ? "ask.over" : "ask.closed")}
          disabled={!isOpen.value && !text}
          readOnly={!isOpen.value}
          value={text}
          aria-invalid={problem.value !== null || tooLong}
          aria-describedby={`${id}-note ${id}-left`}
          onInput={(event) => keepDraft(place, event.currentTarget.value)}
          onKeyDown={(event) => {
            if (!isEnter(event) || event.shiftKey) return;
            event.preventDefault();
            void send();
          }}
        />
        <Button
          type="submit"
          look="primary"
          size="icon"
          aria-label={t("ask.send")}
          data-testid="ask-send"
          disabled={!isOpen.value || !asKept(text) || tooLong || busy.value !== "no"}
        >
          {busy.value === "no" ? <Icon name="send" /> : <span class="spinner" />}
        </Button>
      </div>
      <p class="hint ask-note">
        <span id={`${id}-note`} role="status" data-testid="ask-note">
          {problem.value ?? (busy.value === "checking" ? t("ask.checking") : "")}
        </span>
        <RoomLeft id={`${id}-left`} text={text} most={CHARACTERS_MAX} />
      </p>
    </form>
  );
}
