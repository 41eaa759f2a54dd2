import { type Answer, read, replace } from "../api";
import { CheckField, NumberField, SelectField, TextField } from "../fields";
import { Form, useForm, type Version } from "../form";
import { PageFrame, Section } from "../page";
import "./screening.css";
import { Secret } from "./secret";
import { ACTS, asText, bodyOf, check, FALLBACKS, LINKS, NAMES, type Screening, type ScreeningText } from "./settings";
import { t } from "./text";
import { TryField } from "./try_field";

const PATH = "/channel/screening";

/** What happens to what viewers write before anybody sees it. */
export default function ScreeningPage() {
  const versionOf = ({ value, etag }: Answer<Screening>): Version<ScreeningText> => ({ values: asText(value), etag });
  const form = useForm<ScreeningText>({
    place: "screening",
    read: async () => versionOf(await read<Screening>(PATH)),
    save: async (_changes, whole, etag) => versionOf(await replace<Screening>(PATH, bodyOf(whole), etag)),
    check,
    names: NAMES,
  });
  return (
    <PageFrame testid="screening" title={t("title")} lead={t("lead")}>
      <Form form={form} testid="screening-form">
        <Section title={t("words")} hint={t("words.hint")}>
          {ACTS.map((act) => (
            <TextField key={act} form={form} name={act} label={t(`list.${act}`)} hint={t(`list.${act}.hint`)} lines={4} />
          ))}
        </Section>
        <Section title={t("links")}>
          <SelectField
            form={form}
            name="links"
            label={t("links.label")}
            options={LINKS.map((value) => ({ value, label: t(`links.${value}`) }))}
          />
          {form.values.links !== "allow" && (
            <TextField form={form} name="hosts" label={t("hosts")} hint={t("hosts.hint")} lines={3} />
          )}
        </Section>
        <Section title={t("pace")}>
          <NumberField form={form} name="slow" label={t("slow")} hint={t("slow.hint")} unit={t("slow.unit")} />
          <CheckField form={form} name="newcomers" label={t("newcomers")} hint={t("newcomers.hint")} />
        </Section>
        <Section title={t("try.title")} hint={t("try.hint")}>
          <TryField form={form} />
        </Section>
        <Section title={t("reviewer")} hint={t("reviewer.hint")}>
          <TextField form={form} name="reviewerUrl" type="url" label={t("reviewer.url")} most={500} />
          {form.values.reviewerUrl && (
            <SelectField
              form={form}
              name="fallback"
              label={t("fallback")}
              options={FALLBACKS.map((value) => ({ value, label: t(`fallback.${value}`) }))}
            />
          )}
          {form.stored.value?.values.reviewerUrl && <Secret />}
        </Section>
      </Form>
    </PageFrame>
  );
}
