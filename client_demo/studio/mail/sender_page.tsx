import type { Answer } from "../api";
import { change, read } from "../api";
import { TextField } from "../fields";
import { type Errors, Form, useForm, type Version } from "../form";
import { PageFrame, Section } from "../page";
import { type Sender, t } from "./mail";
import { Tabs } from "./tabs";

const HOURS_MOST = 168;
const WRITTEN = ["sender_name", "sender_address", "reply_to", "postal", "offer_text", "offer_url"] as const;

type Wish = Record<(typeof WRITTEN)[number], string> & { hours: string };

function versionOf({ value, etag }: Answer<Sender>): Version<Wish> {
  const words = Object.fromEntries(WRITTEN.map((name) => [name, value[name]])) as Omit<Wish, "hours">;
  return { values: { ...words, hours: value.auto_after_hours === null ? "" : String(value.auto_after_hours) }, etag };
}

function check({ hours, sender_address }: Wish): Errors<Wish> {
  const wrong: Errors<Wish> = {};
  if (hours.trim() && !(/^\d+$/.test(hours.trim()) && Number(hours) <= HOURS_MOST)) wrong.hours = t("hours.wrong");
  if (sender_address.trim() && !/^\S+@\S+$/.test(sender_address.trim())) wrong.sender_address = t("address.wrong");
  return wrong;
}

/** From whom mail comes, when it goes by itself, and what is offered to who comes back. */
export default function SenderPage() {
  const form = useForm<Wish>({
    place: "mail.sender",
    read: async () => versionOf(await read<Sender>("/mail")),
    save: async (changes, _whole, etag) => {
      const { hours, ...words } = changes;
      const auto = hours === undefined ? {} : { auto_after_hours: hours.trim() ? Number(hours) : null };
      return versionOf(await change<Sender>("/mail", { ...words, ...auto }, etag));
    },
    check,
    names: { auto_after_hours: "hours" },
  });
  return (
    <PageFrame testid="mail-sender-page" title={t("tab.sender")} lead={t("sender.lead")}>
      <Tabs here="sender" />
      <Form form={form} testid="mail-sender-form">
        <Section title={t("from")}>
          <TextField form={form} name="sender_name" label={t("sender_name")} hint={t("sender_name.hint")} most={100} />
          <TextField form={form} name="sender_address" label={t("sender_address")} hint={t("sender_address.hint")} />
          <TextField form={form} name="reply_to" label={t("reply_to")} hint={t("reply_to.hint")} />
          <TextField form={form} name="postal" label={t("postal")} hint={t("postal.hint")} most={100} />
        </Section>
        <Section title={t("when")}>
          <TextField form={form} name="hours" label={t("hours")} hint={t("hours.hint")} />
        </Section>
        <Section title={t("offer")} hint={t("offer.hint")}>
          <TextField form={form} name="offer_text" label={t("offer_text")} most={300} />
          <TextField form={form} name="offer_url" label={t("offer_url")} type="url" />
        </Section>
      </Form>
    </PageFrame>
  );
}
