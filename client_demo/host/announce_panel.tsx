import { useRef } from "preact/hooks";
import { draftOf, keepDraft } from "../shared/drafts";
import { timeOfDay } from "../shared/format";
import { isEnter, isEscape } from "../shared/input_method";
import { Button } from "../shared/ui/button";
import { Icon } from "../shared/ui/icon";
import { RoomLeft } from "../shared/ui/room_left";
import { asKept, brief, lengthOf } from "../shared/writing";
import { announce, removeAnnouncement } from "./actions";
import { draftPlace, snapshot } from "./desk";
import { Key } from "./key_hint";
import { t } from "./text";

const TEXT_MAX = 500;

/** A word to all viewers. It waits three seconds, so that it can be taken back. */
export function AnnouncePanel() {
  const place = draftPlace("announce");
  const text = draftOf(place);
  const field = useRef<HTMLTextAreaElement>(null);
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
      <Standing />
    </section>
  );
}

/** What viewers see now, and the way to take it down. */
function Standing() {
  const last = snapshot.value?.announcement;
  if (!last) {
    return (
      <p class="hint announce-last" data-testid="announce-last">
        {t("announce.none")}
      </p>
    );
  }
  const said = { at: timeOfDay(last.at), text: last.text, name: last.name ?? "" };
  return (
    <div class="announce-standing">
      <p class="hint announce-last" data-testid="announce-last">
        {last.name ? t("announce.last.by", said) : t("announce.last", said)}
      </p>
      <Button
        size="small"
        aria-label={t("announce.remove.of", { text: brief(last.text) })}
        onClick={() => removeAnnouncement(last)}
        data-testid="announce-remove"
      >
        <Icon name="close" />
        {t("announce.remove")}
      </Button>
    </div>
  );
}
