import { useSignal } from "@preact/signals";
import { useEffect, useId } from "preact/hooks";
import { Button } from "../../shared/ui/button";
import { RoomLeft } from "../../shared/ui/room_left";
import { showToast } from "../../shared/ui/toast";
import { asKept, lengthOf } from "../../shared/writing";
import { change, codeOf, explain, make, read, remove, tellFailure } from "../api";
import { Section } from "../page";
import { shared } from "../text";
import { offerUndo } from "../undo";
import { t } from "./text";

interface FaqLine {
  id: string;
  question: string;
  answer: string;
  shown: boolean;
  /** The show in which it was asked; null: staff have written it. */
  show: string | null;
  edited: boolean;
  version: number;
}

const QUESTION_MOST = 500;
const ANSWER_MOST = 1000;

/** What viewers have asked about a product, and what they are told: answers from shows, and the merchant's own lines. */
export function FaqPanel({ product }: { product: string }) {
  const lines = useSignal<readonly FaqLine[] | null>(null);
  /** How many viewers each line answered before they asked, by its id. */
  const helped = useSignal<Readonly<Record<string, number>>>({});
  const writing = useSignal<string | null>(null);
  const path = `/products/${product}/faq`;
  const load = async (): Promise<void> => {
    try {
      const { value } = await read<{ lines: FaqLine[]; helped: Record<string, number> }>(path);
      helped.value = value.helped;
      lines.value = value.lines;
    } catch (error) {
      tellFailure(error);
    }
  };
  useEffect(() => {
    lines.value = null;
    void load();
  }, [product]);
  const done = async (): Promise<void> => {
    writing.value = null;
    await load();
  };
  const add = async ({ question, answer }: Pick<FaqLine, "question" | "answer">, shown = true): Promise<void> => {
    await make(path, { question, answer, shown });
    await done();
  };
  const putAway = async (line: FaqLine): Promise<void> => {
    try {
      await remove(`/faq/${line.id}`, `"${line.version}"`);
      offerUndo(t("faq.removed"), () => add(line, line.shown));
    } catch (error) {
      tellFailure(error);
    }
    await load();
  };
  const edit = (line: FaqLine, body: object): Promise<void> => change(`/faq/${line.id}`, body, `"${line.version}"`).then(done);
  const show = async (line: FaqLine): Promise<void> => {
    try {
      await edit(line, { shown: !line.shown });
      showToast(t(line.shown ? "faq.hidden" : "faq.shown"));
    } catch (error) {
      tellFailure(error);
      await load();
    }
  };
  return (
    <Section title={t("faq")} hint={t("faq.hint")} testid="faq">
      {lines.value?.length === 0 && writing.value === null && <p class="hint">{t("faq.none")}</p>}
      <ul class="faq-lines">
        {(lines.value ?? []).map((line) => (
          <li key={line.id} class="faq-line" data-testid="faq-line" data-shown={line.shown}>
            {writing.value === line.id ? (
              <Writing line={line} save={(body) => edit(line, body)} close={() => void done()} />
            ) : (
              <>
                <p class="faq-question">{line.question}</p>
                <p>{line.answer}</p>
                <p class="hint">
                  {[
                    !line.shown && t("faq.is_hidden"),
                    t(line.show ? (line.edited ? "faq.edited" : "faq.of_show") : "faq.own"),
                    Boolean(helped.value[line.id]) && t.count("faq.helped", helped.value[line.id] ?? 0),
                  ]
                    .filter(Boolean)
                    .join(" · ")}
                </p>
                <p class="faq-deeds">
                  <Button size="small" data-testid="faq-edit" onClick={() => (writing.value = line.id)}>
                    {t("faq.edit")}
                  </Button>
                  <Button size="small" data-testid="faq-show" onClick={() => void show(line)}>
                    {t(line.shown ? "faq.hide" : "faq.show")}
                  </Button>
                  <Button size="small" look="quiet" data-testid="faq-remove" onClick={() => void putAway(line)}>
                    {t("faq.remove")}
                  </Button>
                </p>
              </>
            )}
          </li>
        ))}
      </ul>
      {writing.value === "new" ? (
        <Writing line={{ question: "", answer: "" }} save={(line) => add(line)} close={() => void done()} />
      ) : (
        <Button data-testid="faq-add" onClick={() => (writing.value = "new")}>
          {t("faq.add")}
        </Button>
      )}
    </Section>
  );
}

interface WritingProps {
  line: Pick<FaqLine, "question" | "answer">;
  save: (line: Pick<FaqLine, "question" | "answer">) => Promise<void>;
  close: () => void;
}

function Writing({ line, save, close }: WritingProps) {
  const id = useId();
  const question = useSignal(line.question);
  const answer = useSignal(line.answer);
  const busy = useSignal(false);
  const wrong = useSignal("");
  const fits = (text: string, most: number): boolean => asKept(text) !== "" && lengthOf(text) <= most;
  const submit = async (): Promise<void> => {
    if (!(fits(question.value, QUESTION_MOST) && fits(answer.value, ANSWER_MOST))) {
      wrong.value = t("faq.wrong");
      return;
    }
    busy.value = true;
    wrong.value = "";
    try {
      await save({ question: asKept(question.value), answer: asKept(answer.value) });
    } catch (error) {
      wrong.value = codeOf(error) === "conflict" ? t("faq.conflict") : explain(error);
    } finally {
      busy.value = false;
    }
  };
  return (
    <form
      class="faq-writing"
      noValidate
      data-testid="faq-form"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <label class="field" for={`${id}-question`}>
        <span class="field-label">{t("faq.question")}</span>
        <textarea
          id={`${id}-question`}
          class="input"
          rows={2}
          value={question.value}
          aria-describedby={`${id}-wrong`}
          data-testid="faq-question"
          onInput={(event) => {
            question.value = event.currentTarget.value;
          }}
        />
        <RoomLeft id={`${id}-question-left`} text={question.value} most={QUESTION_MOST} />
      </label>
      <label class="field" for={`${id}-answer`}>
        <span class="field-label">{t("faq.answer")}</span>
        <textarea
          id={`${id}-answer`}
          class="input"
          rows={3}
          value={answer.value}
          aria-describedby={`${id}-wrong`}
          data-testid="faq-answer"
          onInput={(event) => {
            answer.value = event.currentTarget.value;
          }}
        />
        <RoomLeft id={`${id}-answer-left`} text={answer.value} most={ANSWER_MOST} />
      </label>
      <p id={`${id}-wrong`} role="alert" class={wrong.value ? "notice notice-bad" : ""}>
        {wrong.value}
      </p>
      <p class="faq-deeds">
        <Button type="submit" look="primary" disabled={busy.value} data-testid="faq-save">
          {shared("save")}
        </Button>
        <Button onClick={close}>{shared("cancel")}</Button>
      </p>
    </form>
  );
}
