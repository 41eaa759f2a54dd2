import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Button } from "../../shared/ui/button";
import { codeOf, make, read, remove, replace, tellFailure } from "../api";
import { CheckField, SelectField } from "../fields";
import { Form, useForm } from "../form";
import { Link } from "../link";
import { Failure, Loading, Section } from "../page";
import { known } from "../shows/shelf";
import { offerUndo } from "../undo";
import "./surveys.css";
import { t } from "./text";
import { asText, bodyOf, check, NAMES, newWording, type Survey, type SurveyText, type Wording } from "./wording";
import { WordingFields } from "./wording_fields";

interface Surveys {
  surveys: readonly Survey[];
  at_every_end: Wording | null;
}

/** What the form below the list writes: a new one, or one of the list anew; null: nothing. */
type Written = "new" | Survey | null;

const BADGES = { ready: "badge", open: "badge badge-good", closed: "badge" } as const;

/** What is asked in a show: prepared here, opened at the host's page, or by the show's end. */
export function SurveysPart({ show }: { show: string }) {
  const path = `/shows/${show}/surveys`;
  const found = useSignal<Surveys | null>(null);
  const failure = useSignal<string | null>(null);
  const written = useSignal<Written>(null);
  const load = async (): Promise<void> => {
    failure.value = null;
    try {
      found.value = (await read<Surveys>(path)).value;
    } catch (error) {
      failure.value = codeOf(error);
    }
  };
  useEffect(() => void load(), [path]);
  const now = found.value;
  return (
    <Section title={t("title")} hint={t("show.hint")} testid="surveys">
      {failure.value && <Failure code={failure.value} again={() => void load()} />}
      {!now && !failure.value && <Loading />}
      {now && (
        <ul class="surveys-list">
          {now.surveys.map((each) => (
            <Row key={each.id} survey={each} path={path} written={written} load={load} />
          ))}
        </ul>
      )}
      {now && <AtEnd surveys={now} />}
      {written.value ? (
        <SurveyForm key={keyOf(written.value)} path={path} written={written} surveys={now?.surveys ?? []} load={load} />
      ) : (
        now && (
          <Button
            data-testid="survey-add"
            onClick={() => {
              written.value = "new";
            }}
          >
            {t("add")}
          </Button>
        )
      )}
    </Section>
  );
}

function keyOf(written: "new" | Survey): string {
  return written === "new" ? "new" : written.id;
}

/** What the show's end asks, where none of the show's own is meant for it. */
function AtEnd({ surveys: { surveys, at_every_end } }: { surveys: Surveys }) {
  if (surveys.some(({ at_end }) => at_end)) return null;
  return (
    <p class="hint" data-testid="survey-at-every-end">
      {at_every_end ? t("at_every_end", { question: at_every_end.question }) : t("at_every_end.none")}{" "}
      <Link to="/studio/surveys">{t("at_every_end.change")}</Link>
    </p>
  );
}

interface RowProps {
  survey: Survey;
  path: string;
  written: Signal<Written>;
  load: () => Promise<void>;
}

function Row({ survey, path, written, load }: RowProps) {
  const { id, kind, question, choices, why, product, at_end, state, answers, hours_after_end } = survey;
  const about = [
    t(`kind.${kind}`),
    why && t("with_why"),
    product && (known.value.get(product)?.title ?? product),
    at_end && t("opens_itself"),
    t.count("for_hours", hours_after_end),
    state !== "ready" && t.count("answers", answers),
  ].filter(Boolean);
  const take = async (): Promise<void> => {
    try {
      await remove(`/surveys/${id}`);
      offerUndo(t("removed"), () => make(path, { ...bodyOf(asText(survey)), product, at_end }, null).then(load));
    } catch (error) {
      tellFailure(error);
    }
    await load();
  };
  return (
    <li class="surveys-row" data-testid="survey" data-state={state}>
      <p>
        <strong>{question}</strong> <span class={BADGES[state]}>{t(`state.${state}`)}</span>
      </p>
      {choices.length > 0 && <p>{choices.join(" · ")}</p>}
      <p class="hint">{about.join(" · ")}</p>
      {state === "ready" && (
        <div class="surveys-deeds">
          <Button
            size="small"
            data-testid="survey-edit"
            aria-label={t("edit.of", { question })}
            onClick={() => {
              written.value = survey;
            }}
          >
            {t("edit")}
          </Button>
          <Button
            size="small"
            look="quiet"
            data-testid="survey-remove"
            aria-label={t("remove.of", { question })}
            onClick={() => void take()}
          >
            {t("remove")}
          </Button>
        </div>
      )}
    </li>
  );
}

interface FormProps {
  path: string;
  written: Signal<Written>;
  /** Those of the show. */
  surveys: readonly Survey[];
  load: () => Promise<void>;
}

/** A new survey, or one that is asked otherwise. */
function SurveyForm({ path, written, surveys, load }: FormProps) {
  const before = written.peek() === "new" ? null : (written.peek() as Survey);
  const taken = surveys.some(({ id, at_end }) => at_end && id !== before?.id);
  const form = useForm<SurveyText>({
    place: `survey.${path}.${before?.id ?? "new"}`,
    read: async () => {
      if (!before) return { values: { ...newWording(), product: "", atEnd: false }, etag: null };
      const { value } = await read<Surveys>(path);
      const now = value.surveys.find(({ id }) => id === before.id) ?? before;
      return { values: { ...asText(now), product: now.product ?? "", atEnd: now.at_end }, etag: `"${String(now.version)}"` };
    },
    save: async (_changes, whole, etag) => {
      const product = (whole.kind === "stars" && whole.product) || null;
      const body = { ...bodyOf(whole), product, at_end: whole.atEnd };
      await (before ? replace(`/surveys/${before.id}`, body, etag) : make(path, body));
      return null;
    },
    check,
    names: NAMES,
    fresh: !before,
  });
  const close = (): void => {
    written.value = null;
    void load();
  };
  const products = [...known.value].map(([value, { title }]) => ({ value, label: title }));
  return (
    <div class="surveys-form">
      <h3>{t(before ? "edit" : "add")}</h3>
      <Form form={form} testid="survey-form" action={t(before ? "save" : "add.do")} saved={t("prepared")} onSaved={close}>
        {form.stored.value && <WordingFields form={form} />}
        {form.stored.value && form.values.kind === "stars" && (
          <SelectField
            form={form}
            name="product"
            label={t("about")}
            options={[{ value: "", label: t("about.show") }, ...products]}
          />
        )}
        <CheckField form={form} name="atEnd" label={t("at_end")} hint={t("at_end.hint")} disabled={taken} />
      </Form>
      <Button look="quiet" data-testid="survey-cancel" onClick={close}>
        {t("cancel")}
      </Button>
    </div>
  );
}
