import { useRef } from "preact/hooks";
import { draftOf, keepDraft } from "../shared/drafts";
import { timeOfDay } from "../shared/format";
import { isEnter, isEscape } from "../shared/input_method";
import { Button } from "../shared/ui/button";
import { Icon } from "../shared/ui/icon";
import { RoomLeft } from "../shared/ui/room_left";
import { asKept, lengthOf } from "../shared/writing";
import { announce } from "./actions";
import { draftPlace, snapshot } from "./desk";
import { Key } from "./key_hint";
import { t } from "./text";

const TEXT_MAX = 500;

/** A word to all viewers. It waits three seconds, so that it can be taken back. */
export function AnnouncePanel() {
  const place = draftPlace("announce");
  const text = draftOf(place);
  const field = useRef<HTMLTextAreaElement>(null);
  const last = snapshot.value?.announcement;
  function send(): void {
    const words = asKept(text);
    if (!words || lengthOf(words) > TEXT_MAX) return field.current?.focus();
    keepDraft(place, "");
    field.current?.blur();
    announce(words);
  }
  return (
    <section class="panel card" aria-labelledby="announce-title" data-testid="announce">
      <form
        class="announce"
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <div class="answer-head">
          <label class="field-label" id="announce-title" for="announce-text">
            {t("announce.title")}
            <Key of="M" />
          </label>
          <Button
            type="submit"
            size="small"
            aria-disabled={!asKept(text) || lengthOf(text) > TEXT_MAX}
            title={t("announce.send.key")}
            data-testid="announce-send"
          >
            <Icon name="megaphone" />
            {t("announce.send")}
          </Button>
        </div>
        <textarea
          class="input"
          id="announce-text"
          ref={field}
          rows={2}
          aria-invalid={lengthOf(text) > TEXT_MAX}
          aria-describedby="announce-left"
          value={text}
          placeholder={t("announce.placeholder")}
          data-testid="announce-text"
          onInput={(event) => {
            keepDraft(place, event.currentTarget.value);
          }}
          onKeyDown={(event) => {
            if (isEscape(event)) field.current?.blur();
            else if (isEnter(event) && (event.ctrlKey || event.metaKey)) send();
          }}
        />
        <p class="hint field-note">
          <RoomLeft id="announce-left" text={text} most={TEXT_MAX} />
        </p>
      </form>
      <p class="hint announce-last" data-testid="announce-last">
        {last ? t("announce.last", { at: timeOfDay(last.at), text: last.text }) : t("announce.none")}
      </p>
    </section>
  );
}
