import { useId, useState } from "preact/hooks";
import { Button } from "../../shared/ui/button";
import { theChannel } from "../channel";
import { Section } from "../page";
import { momentIn } from "../time";
import type { DeedProps } from "./deeds";
import { t } from "./text";

const NOTE_MOST = 2000;

/** What the channel's people tell one another about an order. */
export function Notes({ order, one }: DeedProps) {
  const id = useId();
  const [text, setText] = useState("");
  const write = (event: Event): void => {
    event.preventDefault();
    if (!text.trim()) return;
    void one.note(text.trim()).then((done) => done && setText(""));
  };
  return (
    <Section title={t("notes")} hint={t("notes.hint")} testid="notes">
      <ul class="rows">
        {order.notes.map((note) => (
          <li key={note.id} class="row card" data-testid="note">
            <div class="order">
              <span class="order-note">{note.text}</span>
              <span class="hint">{t("note.who", { by: note.by, at: momentIn(note.at, theChannel().time_zone) })}</span>
            </div>
            <Button look="quiet" data-testid="note-remove" disabled={one.busy.value} onClick={() => void one.removeNote(note.id)}>
              {t("note.remove")}
            </Button>
          </li>
        ))}
      </ul>
      {order.fulfilment && (
        <form class="form" onSubmit={write}>
          <div class="field">
            <label class="field-label" for={id}>
              {t("note")}
            </label>
            <textarea
              id={id}
              class="input"
              rows={2}
              maxLength={NOTE_MOST}
              value={text}
              data-testid="note-text"
              onInput={(event) => setText(event.currentTarget.value)}
            />
          </div>
          <div class="form-actions">
            <Button type="submit" disabled={one.busy.value || !text.trim()} data-testid="note-write">
              {t("note.write")}
            </Button>
          </div>
        </form>
      )}
    </Section>
  );
}
