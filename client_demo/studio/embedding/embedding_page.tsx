import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Show } from "../../sdk/wire";
import { createTranslator } from "../../shared/i18n";
import type en from "../../shared/locales/studio_embedding.en.json";
import { Button } from "../../shared/ui/button";
import { showToast } from "../../shared/ui/toast";
import { type Answer, change, codeOf, read } from "../api";
import { type Channel, keepChannel, readChannel, theChannel } from "../channel";
import { TextField } from "../fields";
import { type Errors, Form, useForm, type Version } from "../form";
import { Failure, PageFrame, Section } from "../page";
import "./embedding.css";
import { firstWrong, originsOf } from "./origins";
import { Preview } from "./preview";
import { snippet, WAYS, type Way } from "./snippets";

const t = createTranslator<typeof en>("studio_embedding");

const SHOWS_MOST = 50;

/** The boxes, an origin on each line. */
interface Boxes {
  origins: string;
  frame_ancestors: string;
}

function versionOf({ value, etag }: Answer<Channel>): Version<Boxes> {
  const { origins, frame_ancestors } = value;
  return { values: { origins: origins.join("\n"), frame_ancestors: frame_ancestors.join("\n") }, etag };
}

function explain(text: string): string | undefined {
  const found = firstWrong(text);
  return found ? t(`wrong.${found.wrong}`, { line: found.line }) : undefined;
}

function check({ origins, frame_ancestors }: Boxes): Errors<Boxes> {
  const [wrong, framed] = [explain(origins), explain(frame_ancestors)];
  return { ...(wrong && { origins: wrong }), ...(framed && { frame_ancestors: framed }) };
}

function changesOf(boxes: Partial<Boxes>): Partial<Record<keyof Boxes, string[]>> {
  const { origins, frame_ancestors } = boxes;
  return {
    ...(origins !== undefined && { origins: originsOf(origins) }),
    ...(frame_ancestors !== undefined && { frame_ancestors: originsOf(frame_ancestors) }),
  };
}

/** Whose pages may have the shows in them, and what to put into those pages. */
export default function EmbeddingPage() {
  const form = useForm<Boxes>({
    place: "embedding",
    read: async () => versionOf(await readChannel()),
    save: async (changes, _whole, etag) => versionOf(keepChannel(await change<Channel>("/channel", changesOf(changes), etag))),
    check,
  });
  return (
    <PageFrame testid="embedding" title={t("title")} lead={t("lead")}>
      <Form form={form} testid="embedding-form" saved={t("saved")}>
        <Section title={t("who")}>
          <TextField
            form={form}
            name="origins"
            label={t("origins")}
            hint={t("origins.hint")}
            lines={3}
            placeholder={t("origins.example")}
          />
          <TextField
            form={form}
            name="frame_ancestors"
            label={t("frames")}
            hint={t("frames.hint")}
            lines={2}
            placeholder={t("origins.example")}
          />
        </Section>
      </Form>
      <div class="form">
        <Snippets />
      </div>
    </PageFrame>
  );
}

/** The shows to choose from, as far as they are read. */
function useShows(): { shows: Signal<readonly Show[] | null>; failure: Signal<string | null>; load: () => Promise<void> } {
  const shows = useSignal<readonly Show[] | null>(null);
  const failure = useSignal<string | null>(null);
  const load = async (): Promise<void> => {
    failure.value = null;
    try {
      const { value } = await read<{ shows: Show[] }>(`/shows?channel=${theChannel().id}&limit=${SHOWS_MOST}`);
      shows.value = value.shows;
    } catch (error) {
      failure.value = codeOf(error);
    }
  };
  useEffect(() => void load(), []);
  return { shows, failure, load };
}

/** What to copy, for a show of the person's choice. */
function Snippets() {
  const { shows, failure, load } = useShows();
  const chosen = useSignal("");
  const way = useSignal<Way>("element");
  const show = chosen.value || shows.value?.[0]?.id || "your-show";
  const text = snippet(way.value, location.origin, show, theChannel().language);
  return (
    <Section title={t("copy")} hint={t("copy.hint")}>
      {failure.value && <Failure code={failure.value} again={() => void load()} />}
      <label class="field">
        <span class="field-label">{t("show")}</span>
        <select
          class="input"
          data-testid="embedding-show"
          value={show}
          disabled={!shows.value?.length}
          onChange={(event) => (chosen.value = event.currentTarget.value)}
        >
          {shows.value?.length ? null : <option value={show}>{t("show.none")}</option>}
          {shows.value?.map(({ id, title }) => (
            <option key={id} value={id}>
              {title}
            </option>
          ))}
        </select>
      </label>
      <fieldset class="segmented embedding-ways" aria-label={t("way")}>
        {WAYS.map((each) => (
          <button
            type="button"
            key={each}
            aria-pressed={each === way.value}
            data-testid={`embedding-${each}`}
            onClick={() => (way.value = each)}
          >
            {t(`way.${each}`)}
          </button>
        ))}
      </fieldset>
      <p class="hint">{t(`way.${way.value}.hint`)}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by key. */}
      <pre class="embedding-code" tabIndex={0} data-testid="embedding-snippet">
        <code>{text}</code>
      </pre>
      <Preview show={shows.value?.length ? show : null} language={theChannel().language}>
        <Button look="primary" data-testid="embedding-copy" onClick={() => void copy(text)}>
          {t("copy.button")}
        </Button>
      </Preview>
    </Section>
  );
}

async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    showToast(t("copy.done"));
  } catch {
    showToast(t("copy.failed"));
  }
}
