import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { PageProps } from "../../shared/pages/routes";
import { Button } from "../../shared/ui/button";
import { showToast } from "../../shared/ui/toast";
import { type Answer, decide, make, read, remove, replace, tellFailure } from "../api";
import { Field, TextField } from "../fields";
import { Form, useForm } from "../form";
import type { FormState } from "../form_state";
import { PageFrame, Section } from "../page";
import { type FollowUp, type Template, t, type Words } from "./mail";
import { Tabs } from "./tabs";

interface Preview {
  subject: string;
  preheader: string;
  plain: string;
  look: string;
}

const PARTS = ["subject", "preheader", "html", "plain"] as const;
const asWords = (value: Words): Words => ({
  subject: value.subject,
  preheader: value.preheader,
  html: value.html,
  plain: value.plain,
});

/** What the follow-up says in one language: its parts, what they may name, how it looks, and a test. */
export default function WordsPage({ params }: PageProps) {
  const language = params["language"] === "ja" ? "ja" : "en";
  const path = `/mail/template?language=${language}`;
  const variables = useSignal<Template["variables"]>([]);
  const version = useSignal(0);
  const taken = ({ value, etag }: Answer<Template>) => {
    variables.value = value.variables;
    version.value = value.version;
    return { values: asWords(value), etag };
  };
  const form = useForm<Words>({
    place: `mail.words.${language}`,
    read: async () => taken(await read<Template>(path)),
    save: async (_changes, words, etag) => taken(await replace<Template>(path, words, etag)),
  });
  const reset = (): void =>
    void remove(path).then(() => {
      form.discard();
      void form.load();
      showToast(t("reset.done"));
    }, tellFailure);
  return (
    <PageFrame testid="mail-words-page" title={t(`tab.words.${language}`)} lead={t("words.lead")}>
      <Tabs here={`words.${language}`} />
      <Form form={form} testid="mail-words-form">
        <Section title={t("words")}>
          <TextField form={form} name="subject" label={t("subject")} most={200} />
          <TextField form={form} name="preheader" label={t("preheader")} hint={t("preheader.hint")} most={200} />
          <Part form={form} name="html" label={t("html")} hint={t("html.hint")} />
          <Part form={form} name="plain" label={t("plain")} hint={t("plain.hint")} />
          <details class="mail-variables">
            <summary>{t("variables")}</summary>
            <dl>
              {variables.value.map(({ name }) => (
                <div key={name}>
                  <dt>
                    <code>{name}</code>
                  </dt>
                  <dd>{t.maybe(`variable.${name.split(/[ .,]/)[0]}`) ?? ""}</dd>
                </div>
              ))}
            </dl>
          </details>
        </Section>
      </Form>
      {form.stored.value && <Look form={form} language={language} />}
      {version.value > 0 && (
        <Section title={t("reset")} hint={t("reset.hint")}>
          <Button data-testid="mail-reset" onClick={reset}>
            {t("reset.action")}
          </Button>
        </Section>
      )}
    </PageFrame>
  );
}

function Part({ form, name, label, hint }: { form: FormState<Words>; name: "html" | "plain"; label: string; hint: string }) {
  return (
    <Field
      form={form}
      name={name}
      label={label}
      hint={hint}
      control={(control) => (
        <textarea
          {...control}
          class="input mail-source"
          rows={name === "html" ? 16 : 10}
          spellcheck={false}
          value={form.values[name]}
          onInput={(event) => form.set(name, event.currentTarget.value)}
        />
      )}
    />
  );
}

/** The draft as it stands, filled with somebody's evening or a sample's; and sent to oneself. */
function Look({ form, language }: { form: FormState<Words>; language: "en" | "ja" }) {
  const shows = useSignal<FollowUp[]>([]);
  const people = useSignal<{ person: string; address: string }[]>([]);
  const show = useSignal("");
  const person = useSignal("");
  const seen = useSignal<Preview | null>(null);
  useEffect(() => {
    read<{ shows: FollowUp[] }>("/mail/shows").then(({ value }) => {
      shows.value = value.shows.filter(({ agreed }) => agreed > 0);
    }, tellFailure);
  }, []);
  useEffect(() => {
    people.value = [];
    person.value = "";
    if (!show.value) return;
    read<{ people: { person: string; address: string }[] }>(`/mail/shows/${encodeURIComponent(show.value)}/people`).then(
      ({ value }) => {
        people.value = value.people;
      },
      tellFailure,
    );
  }, [show.value]);
  const draft = () => ({
    ...asWords(form.values),
    language,
    ...(show.value && { ended: show.value }),
    ...(person.value && { person: person.value }),
  });
  const failed = (error: unknown): void => {
    const decision = decide(error);
    if (decision.act !== "fields") return tellFailure(error);
    const wrong = Object.fromEntries(decision.errors.map(({ at, why }) => [at, t("wrong_at", { why })]));
    form.errors.value = wrong as Partial<Record<(typeof PARTS)[number], string>>;
    form.refused.value++;
  };
  const look = (): void =>
    void make<Preview>("/mail/preview", draft(), null).then(({ value }) => {
      form.errors.value = {};
      seen.value = value;
    }, failed);
  const test = (): void =>
    void make<{ address: string }>("/mail/test", draft(), null).then(
      ({ value }) => showToast(t("tested", { address: value.address })),
      failed,
    );
  const choose = (target: typeof show) => (event: { currentTarget: HTMLSelectElement }) => {
    target.value = event.currentTarget.value;
  };
  return (
    <Section title={t("preview")} hint={t("preview.hint")} testid="mail-look">
      <div class="mail-choices">
        <label class="field">
          <span class="field-label">{t("preview.show")}</span>
          <select class="input" data-testid="mail-preview-show" value={show.value} onChange={choose(show)}>
            <option value="">{t("preview.sample")}</option>
            {shows.value.map((each) => (
              <option key={each.show} value={each.show}>
                {each.title}
              </option>
            ))}
          </select>
        </label>
        {people.value.length > 0 && (
          <label class="field">
            <span class="field-label">{t("preview.person")}</span>
            <select class="input" data-testid="mail-preview-person" value={person.value} onChange={choose(person)}>
              <option value="">{t("preview.sample_person")}</option>
              {people.value.map((each) => (
                <option key={each.person} value={each.person}>
                  {each.address}
                </option>
              ))}
            </select>
          </label>
        )}
      </div>
      <div class="form-actions">
        <Button data-testid="mail-preview" onClick={look}>
          {t("preview.action")}
        </Button>
        <Button data-testid="mail-test" onClick={test}>
          {t("test")}
        </Button>
      </div>
      {seen.value && (
        <div class="mail-seen" data-testid="mail-seen">
          <p class="row-title">{seen.value.subject}</p>
          <p class="hint">{seen.value.preheader}</p>
          <iframe class="mail-frame" src={seen.value.look} title={t("preview")} data-testid="mail-frame" />
          <details>
            <summary>{t("plain")}</summary>
            <pre class="mail-plain">{seen.value.plain}</pre>
          </details>
        </div>
      )}
    </Section>
  );
}
