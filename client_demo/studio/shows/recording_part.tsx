import { type Answer, read, remove, replace } from "../api";
import { CheckField, NumberField, TextField } from "../fields";
import { Form, useForm } from "../form";
import { Section } from "../page";
import { asText, bodyOf, check, type Recording, type RecordingText } from "./recording";
import { t } from "./text";

/** The server's names of fields that have another one in the form. */
const NAMES = { starts_ms: "starts", length_ms: "length" } as const;

/** Where the recording of an ended show is, how its clock stands to the show's, and whether viewers may watch it. */
export function RecordingPart({ show, done }: { show: string; done: () => void }) {
  const path = `/shows/${show}/recording`;
  const form = useForm<RecordingText>({
    place: `recording.${show}`,
    read: async () => {
      const { value, etag } = await read<Recording>(path);
      return { values: asText(value), etag };
    },
    save: async (_changes, whole, etag) => {
      const body = bodyOf(whole);
      const saved = body ? await replace<Recording>(path, body, etag) : ((await remove(path, etag)) as Answer<Recording>);
      return { values: asText(saved.value), etag: saved.etag };
    },
    check,
    names: NAMES,
  });
  return (
    <Section title={t("recording")} hint={t("recording.hint")} testid="recording">
      <Form form={form} testid="recording-form" action={t("recording.save")} saved={t("recording.saved")} onSaved={done}>
        <TextField form={form} name="mp4" label={t("video.mp4")} type="url" />
        <TextField form={form} name="hls" label={t("video.hls")} type="url" />
        <NumberField
          form={form}
          name="starts"
          label={t("recording.starts")}
          hint={t("recording.starts_hint")}
          unit={t("delay.unit")}
        />
        <NumberField
          form={form}
          name="length"
          label={t("recording.length")}
          hint={t("recording.length_hint")}
          unit={t("delay.unit")}
        />
        <CheckField form={form} name="shown" label={t("recording.shown")} hint={t("recording.shown_hint")} />
      </Form>
    </Section>
  );
}
