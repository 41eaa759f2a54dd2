import { CheckField, TextField } from "../fields";
import type { FormState } from "../form_state";
import { Section } from "../page";
import { EVENTS, NOTE_MOST, t, type Wish } from "./webhook";
import "./webhooks.css";

/** Where a webhook goes and what it hears of. */
export function WishFields({ form }: { form: FormState<Wish> }) {
  const wrong = form.errors.value["show.scheduled"];
  return (
    <Section title={t("where")}>
      <TextField form={form} name="url" type="url" label={t("url")} hint={t("url.hint")} />
      <TextField form={form} name="description" label={t("note")} hint={t("note.hint")} most={NOTE_MOST} />
      <fieldset class="webhook-events" aria-describedby="events-wrong">
        <legend class="field-label">{t("events")}</legend>
        {EVENTS.map((each) => (
          <CheckField key={each} form={form} name={each} label={t(`event.${each}`)} />
        ))}
        <p class="field-wrong" id="events-wrong" data-testid="wrong-events">
          {wrong}
        </p>
      </fieldset>
    </Section>
  );
}
