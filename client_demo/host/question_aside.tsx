import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect } from "preact/hooks";
import { request } from "../sdk/http";
import type { Question } from "../sdk/wire";
import { isEscape } from "../shared/input_method";
import { session } from "../shared/staff/session";
import { Button } from "../shared/ui/button";
import { Icon } from "../shared/ui/icon";
import { brief } from "../shared/writing";
import { label, merge, part } from "./actions";
import { known, snapshot } from "./desk";
import { Key } from "./key_hint";
import { labels } from "./picking";
import { ForHosts } from "./stages_panel";
import { mergeKey } from "./surface";
import { t } from "./text";

const REST_MS = 300;
const TWINS_MAX = 4;
const MERGEABLE: ReadonlySet<string> = new Set(["pending", "open", "answered"]);

/** Labels, product, likely twins, and what is merged into the question. */
export function QuestionAside({ question }: { question: Question }) {
  const about = snapshot.value?.products.find(
    (each) => each.id === question.product || each.variants?.some((variant) => variant.id === question.product),
  );
  return (
    <section aria-label={t("aside.title")} class="aside-parts" data-testid="aside">
      <ForHosts question={question} />
      {about && <p class="hint">{t("aside.about", { title: about.title })}</p>}
      <Labels question={question} />
      <Merged question={question} />
      <Twins question={question} />
    </section>
  );
}

/** The labels of a question, and the box for another one. */
export function Labels({ question }: { question: Question }) {
  const text = useSignal("");
  const own = question.labels ?? [];
  return (
    <div class="labels" data-testid="labels">
      {own.map((each) => (
        <span key={each} class="badge">
          {each}
          <button
            type="button"
            class="label-drop"
            aria-label={t("aside.label.drop", { label: each })}
            onClick={() =>
              label(
                question,
                own.filter((other) => other !== each),
              )
            }
          >
            <Icon name="close" />
          </button>
        </span>
      ))}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const word = text.value.trim();
          if (word && !own.includes(word)) label(question, [...own, word]);
          text.value = "";
          document.getElementById("label-text")?.blur();
        }}
      >
        <input
          class="input label-text"
          id="label-text"
          list="labels"
          maxLength={24}
          placeholder={t("aside.label")}
          aria-label={t("aside.label")}
          value={text.value}
          data-testid="label-text"
          onInput={(event) => {
            text.value = event.currentTarget.value;
          }}
          onKeyDown={(event) => {
            if (isEscape(event)) event.currentTarget.blur();
          }}
        />
        <Key of="Y" />
      </form>
      <datalist id="labels">
        {labels.value.map((each) => (
          <option key={each} value={each} />
        ))}
      </datalist>
    </div>
  );
}

/** What stands merged in this question, each with the way out. */
function Merged({ question }: { question: Question }) {
  if (!question.merged) return null;
  const merged = [...known.value.values()].filter((each) => each.merged_into === question.id && each.state === "merged");
  return (
    <div data-testid="merged">
      <h3 class="aside-title">{t("aside.merged")}</h3>
      <ul>
        {merged.map((each) => (
          <li key={each.id} class="aside-line">
            <span>{each.text}</span>
            <Button
              size="small"
              onClick={() => part(each)}
              aria-label={t("aside.part.of", { text: brief(each.text) })}
              data-testid="part"
            >
              {t("aside.part")}
            </Button>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** What asks nearly the same, as the server says, with the way into it. */
function Twins({ question }: { question: Question }) {
  const found = useSignal<readonly string[]>([]);
  const { id, text, state, merged } = question;
  const may = MERGEABLE.has(state) && !merged;
  useEffect(() => {
    const timer = setTimeout(() => {
      void find(text).then(
        (ids) => {
          found.value = ids.filter((each) => each !== id);
        },
        () => undefined,
      );
    }, REST_MS);
    return () => clearTimeout(timer);
  }, [id, text]);
  const twins = found.value
    .map((each) => known.value.get(each))
    .filter((each) => each && MERGEABLE.has(each.state) && !each.merged_into);
  const [likest] = twins;
  useLayoutEffect(() => {
    mergeKey.value = may && likest ? (chosen) => void (chosen.id === id && merge(chosen, likest)) : null;
    return () => {
      mergeKey.value = null;
    };
  });
  if (twins.length === 0) return null;
  return (
    <div data-testid="likely-twins">
      <h3 class="aside-title">{t("aside.twins")}</h3>
      <ul>
        {twins.map(
          (each, i) =>
            each && (
              <li key={each.id} class="aside-line" data-question={each.id}>
                <span>
                  {each.text} <span class="hint">{t.count("votes", each.votes)}</span>
                </span>
                {may && (
                  <Button
                    size="small"
                    onClick={() => merge(question, each)}
                    aria-label={t("aside.merge.of", { text: brief(each.text) })}
                    data-testid="merge"
                  >
                    {t("aside.merge")}
                    {i === 0 && <Key of="G" />}
                  </Button>
                )}
              </li>
            ),
        )}
      </ul>
    </div>
  );
}

async function find(text: string): Promise<string[]> {
  const show = snapshot.peek()?.show.id ?? "";
  const found = await request<{ questions: { question: Question }[] }>(`/shows/${encodeURIComponent(show)}/questions/similar`, {
    token: session.peek()?.token,
    body: { text, limit: TWINS_MAX + 1 },
  });
  return found.questions.map((each) => each.question.id);
}
