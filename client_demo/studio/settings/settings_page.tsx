import { createTranslator, LANGUAGES } from "../../shared/i18n";
import type en from "../../shared/locales/studio_settings.en.json";
import { lengthOf } from "../../shared/writing";
import { type Answer, change } from "../api";
import { type Channel, keepChannel, readChannel, theChannel } from "../channel";
import { CheckField, SelectField, TextField } from "../fields";
import { type Errors, Form, useForm, type Version } from "../form";
import { PageFrame, Section } from "../page";
import { shared } from "../text";
import { zones } from "../time";
import { clockIn } from "./clock";

const t = createTranslator<typeof en>("studio_settings");

const NAME_MOST = 80;

interface Settings {
  name: string;
  time_zone: string;
  language: string;
  guests_allowed: boolean;
}

function versionOf({ value, etag }: Answer<Channel>): Version<Settings> {
  const { name, time_zone, language, guests_allowed } = value;
  return { values: { name, time_zone, language, guests_allowed }, etag };
}

function check({ name }: Settings): Errors<Settings> {
  if (!name.trim()) return { name: t("name.missing") };
  return lengthOf(name) > NAME_MOST ? { name: t("name.long") } : {};
}

/** What the channel is called, and by which clock and in which language its shows are announced. */
export default function SettingsPage() {
  const form = useForm<Settings>({
    place: "settings",
    read: async () => versionOf(await readChannel()),
    save: async (changes, _whole, etag) => versionOf(keepChannel(await change<Channel>("/channel", changes, etag))),
    check,
  });
  const { currency, id } = theChannel();
  return (
    <PageFrame testid="settings" title={t("title")} lead={t("lead")}>
      <Form form={form} testid="settings-form">
        <Section title={t("channel")}>
          <TextField form={form} name="name" label={t("name")} hint={t("name.hint")} most={NAME_MOST} />
          <dl class="fact">
            <dt class="field-label">{t("currency")}</dt>
            <dd data-testid="currency">{currency}</dd>
            <dd class="hint">{t("currency.hint")}</dd>
            <dt class="field-label">{t("id")}</dt>
            <dd data-testid="channel-id">{id}</dd>
            <dd class="hint">{t("id.hint")}</dd>
          </dl>
        </Section>
        <Section title={t("announcing")}>
          <SelectField
            form={form}
            name="time_zone"
            label={t("zone")}
            hint={t("zone.now", { time: form.stored.value ? clockIn(form.values.time_zone) : "" })}
            options={zones(form.stored.value?.values.time_zone).map((zone) => ({
              value: zone,
              label: zone.replaceAll("_", " "),
            }))}
          />
          <SelectField
            form={form}
            name="language"
            label={t("language")}
            hint={t("language.hint")}
            options={LANGUAGES.map((each) => ({ value: each, label: shared(`language.${each}`) }))}
          />
        </Section>
        <Section title={t("shows")}>
          <CheckField form={form} name="guests_allowed" label={t("guests")} hint={t("guests.hint")} />
        </Section>
      </Form>
    </PageFrame>
  );
}
