import { CURRENCIES } from "../../shared/currency_codes.generated";
import { LANGUAGES, language } from "../../shared/i18n";
import { SelectField, TextField } from "../fields";
import { type Errors, Form, useForm } from "../form";
import { Section } from "../page";
import { shared } from "../text";
import { zoneHere, zones } from "../time";
import { Door } from "./door";
import { useLink } from "./link";
import { t } from "./text";
import { checkWho, NAMES, personOf, type Who } from "./who";
import { WhoFields } from "./who_fields";

const CHANNEL_MOST = 80;

interface Founding extends Who {
  name: string;
  currency: string;
  time_zone: string;
  language: string;
}

function begin(): Founding {
  const time_zone = zones().includes(zoneHere()) ? zoneHere() : "UTC";
  const currency = language.peek() === "ja" ? "JPY" : "";
  return { name: "", currency, time_zone, language: language.peek(), person_name: "", email: "", password: "" };
}

function check(values: Founding): Errors<Founding> {
  const wrong: Errors<Founding> = checkWho(values);
  if (!values.name.trim()) wrong.name = t("channel.missing");
  if (!values.currency) wrong.currency = t("currency.missing");
  return wrong;
}

/** `JPY · Japanese Yen`, in the page's language. */
function currencies(): { value: string; label: string }[] {
  const names = new Intl.DisplayNames(language.value, { type: "currency" });
  const all = CURRENCIES.map((value) => ({ value, label: `${value} · ${names.of(value) ?? value}` }));
  return [{ value: "", label: t("currency.choose") }, ...all];
}

/** The first page of a new installation: the owner names the channel and is its first admin. */
export default function WelcomePage() {
  const form = useForm<Founding>({
    place: "welcome",
    read: () => Promise.resolve({ values: begin(), etag: null }),
    save: async (_changes, whole) => {
      const { name, currency, time_zone, language: reads } = whole;
      const channel = { name, currency, time_zone, language: reads };
      await useLink("/channels", { ...channel, person: personOf(whole) }, { ...channel, ...whole, password: "" });
      return null;
    },
    check,
    names: NAMES,
    secret: ["password"],
    fresh: true,
  });
  return (
    <Door testid="welcome" kinds={["owner"]} title={() => t("welcome.title")} lead={() => t("welcome.lead")}>
      {() => (
        <Form form={form} testid="welcome-form" action={t("welcome.action")} saved={null}>
          <Section title={t("channel")}>
            <TextField form={form} name="name" label={t("channel.name")} hint={t("channel.name.hint")} most={CHANNEL_MOST} />
            <SelectField form={form} name="currency" label={t("currency")} hint={t("currency.hint")} options={currencies()} />
            <SelectField
              form={form}
              name="time_zone"
              label={t("zone")}
              hint={t("zone.hint")}
              options={zones(zoneHere()).map((zone) => ({ value: zone, label: zone.replaceAll("_", " ") }))}
            />
            <SelectField
              form={form}
              name="language"
              label={t("language")}
              hint={t("language.hint")}
              options={LANGUAGES.map((each) => ({ value: each, label: shared(`language.${each}`) }))}
            />
          </Section>
          <Section title={t("you")} hint={t("you.admin")}>
            <WhoFields form={form} />
          </Section>
        </Form>
      )}
    </Door>
  );
}
