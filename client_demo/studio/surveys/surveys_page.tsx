import { type Answer, read, remove, replace } from "../api";
import { CheckField } from "../fields";
import { Form, useForm, type Version } from "../form";
import { PageFrame, Section } from "../page";
import { t } from "./text";
import { asText, bodyOf, check, NAMES, newWording, type Wording, type WordingText } from "./wording";
import { WordingFields } from "./wording_fields";

const PATH = "/channel/survey";

interface Default extends WordingText {
  /** Whether anything is asked. */
  asked: boolean;
}

function versionOf({ value: { asked }, etag }: Answer<{ asked: Wording | null }>): Version<Default> {
  return { values: { asked: asked !== null, ...(asked ? asText(asked) : newWording()) }, etag };
}

async function save(whole: Default, etag: string | null): Promise<Version<Default>> {
  if (whole.asked) return versionOf(await replace<{ asked: Wording }>(PATH, bodyOf(whole), etag));
  await remove(PATH, etag);
  return { values: whole, etag: (await read(PATH)).etag };
}

/** What the channel asks at the end of each show that has no survey of its own for it. */
export default function SurveysPage() {
  const form = useForm<Default>({
    place: "survey.default",
    read: async () => versionOf(await read<{ asked: Wording | null }>(PATH)),
    save: (_changes, whole, etag) => save(whole, etag),
    check: (values) => (values.asked ? check(values) : {}),
    names: NAMES,
  });
  return (
    <PageFrame testid="survey-default" title={t("title")} lead={t("lead")}>
      <Form form={form} testid="survey-default-form">
        <Section title={t("default")} hint={t("default.hint")}>
          <CheckField form={form} name="asked" label={t("asked")} />
          {form.stored.value && form.values.asked && <WordingFields form={form} />}
        </Section>
      </Form>
    </PageFrame>
  );
}
