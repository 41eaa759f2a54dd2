import { computed } from "@preact/signals";
import type { Survey, SurveyState } from "../sdk/wire";
import { Button } from "../shared/ui/button";
import { why } from "./actions";
import { attempt } from "./deeds";
import { snapshot, theRoom } from "./desk";
import { Fold } from "./fold";
import { preparedList } from "./prepared";
import { t } from "./text";

interface Counted {
  id: string;
  kind: Survey["kind"];
  question: string;
  choices: string[];
  at_end: boolean;
  state: SurveyState;
  answers: number;
  scores: Record<string, number>;
  chosen: number[];
}

const LIVE_MS = 3_000;

/** Which survey of which show is open: the show's picture changes with every push, this with few. */
const running = computed(() => `${snapshot.value?.show.id} ${snapshot.value?.survey?.id}`);

const { list: surveys, picked, load, keep, useFresh } = preparedList<Counted>("surveys", running);

/** Prepares the usual question on the spot: the first of two taps. */
async function prepareNps(): Promise<void> {
  const body = { kind: "nps", question: t("survey.nps"), why: true };
  await attempt({
    say: () => t("deed.survey_prepared"),
    send: async () => {
      picked.value = (await keep<Counted>(body)).id;
    },
    refused: why,
  });
}

function open({ id, question }: Counted): void {
  picked.value = null;
  void attempt({
    say: () => t("deed.survey_opened", { text: question }),
    send: () => theRoom().command("survey.open", { survey: id }).then(load),
    refused: why,
  });
}

function close({ id, question }: Pick<Counted, "id" | "question">): void {
  void attempt({
    say: () => t("deed.survey_closed", { text: question }),
    send: () => theRoom().command("survey.close", { survey: id }).then(load),
    refused: why,
  });
}

/** A question to everybody: opened in two taps, its answers counted while they come. */
export function SurveyPanel() {
  const now = snapshot.value?.survey;
  useFresh(now ? LIVE_MS : undefined);
  const ready = surveys.value.filter((each) => each.state === "ready");
  return (
    <Fold title={t("survey.title")} testid="surveys" class="surveys" open={Boolean(now)}>
      {now && <Open survey={now} counted={surveys.value.find((each) => each.id === now.id)} />}
      {ready.map((each) => (
        <div key={each.id} class="survey-line">
          <button
            type="button"
            class="survey-name"
            aria-expanded={picked.value === each.id}
            data-testid="survey-pick"
            onClick={() => {
              picked.value = picked.value === each.id ? null : each.id;
            }}
          >
            {each.at_end ? t("survey.at_end", { text: each.question }) : each.question}
          </button>
          {picked.value === each.id && (
            <Button look="primary" size="small" data-testid="survey-open" onClick={() => open(each)}>
              {t("survey.open")}
            </Button>
          )}
        </div>
      ))}
      {!now && !ready.some((each) => each.kind === "nps") && (
        <Button size="small" data-testid="survey-nps" onClick={() => void prepareNps()}>
          {t("survey.ask_nps")}
        </Button>
      )}
    </Fold>
  );
}

function Open({ survey, counted }: { survey: Survey; counted: Counted | undefined }) {
  return (
    <div class="survey-line">
      <p>
        <strong>{survey.question}</strong>
        <br />
        <span data-testid="survey-count">{t.count("survey.answers", counted?.answers ?? 0)}</span>
        {counted && <span class="hint"> {soFar(counted)}</span>}
      </p>
      <Button size="small" data-testid="survey-end" onClick={() => close(survey)}>
        {t("survey.stop")}
      </Button>
    </div>
  );
}

function soFar({ kind, choices, chosen, scores }: Counted): string {
  if (kind === "choice") return choices.map((choice, n) => `${choice}: ${chosen[n] ?? 0}`).join(" · ");
  return Object.entries(scores)
    .map(([score, n]) => `${score}: ${n}`)
    .join(" · ");
}
