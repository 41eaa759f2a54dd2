import { signal } from "@preact/signals";
import type { Poll } from "../sdk/wire";
import { createTranslator } from "../shared/i18n";
import type en from "../shared/locales/host_polls.en.json";
import { Button } from "../shared/ui/button";
import { asWhole } from "../studio/amounts";

export const t = createTranslator<typeof en>("host_polls");

const KINDS = ["single", "multiple", "quiz"] as const;
const RESULTS = ["voted", "always", "closed"] as const;
const TIMES = ["none", "30", "60", "120", "300"] as const;

export interface PollBody {
  kind: Poll["kind"];
  question: string;
  choices: string[];
  results: Poll["results"];
  changeable: boolean;
  max?: number;
  right?: number;
  seconds?: number;
}

const kind = signal<Poll["kind"]>("single");

/** What stands in the form; null where the server would refuse it. */
function bodyOf(form: HTMLFormElement): PollBody | null {
  const fields = new FormData(form);
  const text = (name: string): string => String(fields.get(name) ?? "").trim();
  const choices = text("choices")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const [max, right, seconds] = [asWhole(text("max")), asWhole(text("right")), asWhole(text("seconds"))];
  const asked = kind.peek();
  if (choices.length < 2 || (asked === "quiz" && !right)) return null;
  return {
    kind: asked,
    question: text("question"),
    choices,
    results: RESULTS.find((each) => each === text("results")) ?? "voted",
    changeable: fields.has("changeable"),
    ...(asked === "multiple" && max && { max }),
    ...(asked === "quiz" && right && { right: right - 1 }),
    ...(seconds && { seconds }),
  };
}

function Choice({ name, of, value }: { name: string; of: readonly (readonly [string, string])[]; value?: string }) {
  return (
    <label class="field">
      <span class="field-label">{t(name as "kind" | "results" | "seconds")}</span>
      <select
        class="input"
        name={name}
        value={value}
        data-testid={`poll-${name}`}
        onChange={({ currentTarget }) => {
          if (name === "kind") kind.value = KINDS.find((each) => each === currentTarget.value) ?? "single";
        }}
      >
        {of.map(([key, label]) => (
          <option key={key} value={key}>
            {label}
          </option>
        ))}
      </select>
    </label>
  );
}

/** What is asked, in a form; it is empty again once it is kept. */
export function PollForm({ prepare }: { prepare: (body: PollBody, now: boolean) => Promise<boolean> }) {
  return (
    <details class="offer-prepare" data-testid="poll-prepare">
      <summary>{t("prepare")}</summary>
      <form
        class="offer-form"
        onSubmit={(event) => {
          event.preventDefault();
          const form = event.currentTarget;
          const now = (event.submitter as HTMLButtonElement | null)?.value === "now";
          const body = bodyOf(form);
          if (!body) return;
          void prepare(body, now).then((kept) => {
            if (!kept) return;
            form.reset();
            kind.value = "single";
            // What was opened stands above, and is what the host looks at now.
            form.closest("details")?.removeAttribute("open");
          });
        }}
      >
        <label class="field">
          <span class="field-label">{t("question")}</span>
          <input class="input" name="question" required maxLength={200} autoComplete="off" data-testid="poll-question" />
        </label>
        <label class="field">
          <span class="field-label">{t("choices")}</span>
          <textarea class="input" name="choices" rows={4} required data-testid="poll-choices" />
        </label>
        <Choice name="kind" of={KINDS.map((each) => [each, t(`kind.${each}`)] as const)} value={kind.value} />
        {kind.value === "multiple" && <Whole name="max" />}
        {kind.value === "quiz" && <Whole name="right" needed />}
        <Choice name="results" of={RESULTS.map((each) => [each, t(`results.${each}`)] as const)} />
        <Choice name="seconds" of={TIMES.map((each) => [each === "none" ? "" : each, t(`seconds.${each}`)] as const)} />
        <label class="checkbox">
          <input type="checkbox" name="changeable" data-testid="poll-changeable" />
          <span>{t("changeable")}</span>
        </label>
        <div class="poll-deeds">
          <Button type="submit" look="primary" name="deed" value="now" data-testid="poll-open-now">
            {t("open_now")}
          </Button>
          <Button type="submit" name="deed" value="later" data-testid="poll-save">
            {t("save")}
          </Button>
        </div>
      </form>
    </details>
  );
}

function Whole({ name, needed = false }: { name: "max" | "right"; needed?: boolean }) {
  return (
    <label class="field">
      <span class="field-label">{t(name)}</span>
      <input
        class="input"
        name={name}
        required={needed}
        inputMode="numeric"
        pattern="[0-9０-９]*"
        autoComplete="off"
        data-testid={`poll-${name}`}
      />
    </label>
  );
}
