import { session } from "../../shared/staff/session";
import { read, replace } from "../api";
import { NumberField, SelectField, TextField } from "../fields";
import { Form, useForm, type Version } from "../form";
import { PageFrame, Section } from "../page";
import {
  asText,
  type Conduct,
  check,
  type HandOverSettings,
  handOverOf,
  NAMES,
  REPORTS,
  RETURNING,
  type ReportSettings,
  reportsOf,
  type SanctionSettings,
  WHOSE,
} from "./settings";
import { t } from "./text";

/** What happens by itself when viewers report something, and when somebody who is banned comes back. */
export default function ConductPage() {
  const of = (what: "report" | "sanction" | "hand-over"): string => `/channels/${session.value?.channel ?? ""}/${what}-settings`;
  const stored = async (): Promise<Version<Conduct>> => {
    const reports = read<ReportSettings>(of("report"));
    const sanctions = read<SanctionSettings>(of("sanction"));
    const { value, etag } = await read<HandOverSettings>(of("hand-over"));
    return { values: asText((await reports).value, (await sanctions).value, value), etag };
  };
  const form = useForm<Conduct>({
    place: "conduct",
    read: stored,
    save: async (changes, whole, etag) => {
      if ("whose" in changes || "channels" in changes) await replace(of("hand-over"), handOverOf(whole), etag);
      if ("reports" in changes || "after" in changes) await replace(of("report"), reportsOf(whole), null);
      if ("returning" in changes) await replace(of("sanction"), { returning: whole.returning }, null);
      return stored();
    },
    check,
    names: NAMES,
  });
  return (
    <PageFrame testid="conduct" title={t("title")} lead={t("lead")}>
      <Form form={form} testid="conduct-form">
        <Section title={t("reports")} hint={t("reports.hint")}>
          <SelectField
            form={form}
            name="reports"
            label={t("reports.label")}
            options={REPORTS.map((value) => ({ value, label: t(`reports.${value}`) }))}
          />
          {form.values.reports === "hold" && (
            <NumberField form={form} name="after" label={t("after")} hint={t("after.hint")} unit={t("after.unit")} />
          )}
        </Section>
        <Section title={t("returning")} hint={t("returning.hint")}>
          <SelectField
            form={form}
            name="returning"
            label={t("returning.label")}
            hint={t(`returning.${form.values.returning}.hint` as "returning.hold.hint")}
            options={RETURNING.map((value) => ({ value, label: t(`returning.${value}`) }))}
          />
        </Section>
        <Section title={t("abroad")} hint={t("abroad.hint")}>
          <SelectField
            form={form}
            name="whose"
            label={t("abroad.label")}
            options={WHOSE.map((value) => ({ value, label: t(`abroad.${value}`) }))}
          />
          {form.values.whose === "named" && (
            <TextField form={form} name="channels" label={t("abroad.channels")} hint={t("abroad.channels.hint")} lines={3} />
          )}
        </Section>
      </Form>
    </PageFrame>
  );
}
