import type { Question } from "../sdk/wire";
import type { StaffStage } from "../sdk/wire.generated";
import { createTranslator } from "../shared/i18n";
import type en from "../shared/locales/host_stages.en.json";
import { Button } from "../shared/ui/button";
import { Fold } from "./fold";
import { Key } from "./key_hint";
import { chosen } from "./show_choice";
import { canDeal, deal, dealt, give, gone, HOST_KEYS, lineOf, stageOf, takeOff } from "./stages";
import { languageOf, nameList } from "./text";

const t = createTranslator<typeof en>("host_stages");

/** To which host a question is given, a button and a key for each. */
export function ForHosts({ question }: { question: Question }) {
  if (dealt.value.length === 0 || !canDeal(question)) return null;
  const now = stageOf(question.id)?.host;
  return (
    <fieldset class="for-hosts" data-testid="for-hosts">
      <legend class="visually-hidden">{t("for")}</legend>
      <span class="hint" aria-hidden="true">
        {t("for")}
      </span>
      {dealt.value.map((stage, n) => (
        <Button
          key={stage.host}
          size="small"
          aria-pressed={now === stage.host}
          data-testid="for-host"
          data-host={stage.host}
          onClick={() => deal(question, stage)}
        >
          <bdi>{stage.name}</bdi>
          {HOST_KEYS[n] && <Key of={String(HOST_KEYS[n])} />}
        </Button>
      ))}
    </fieldset>
  );
}

/** Who of several hosts has what before them, and what comes next. */
export function StagesPanel() {
  if (dealt.value.length === 0) return null;
  return (
    <Fold testid="stages" title={t("title")}>
      {dealt.value.map((stage) => (
        <StagePart key={stage.host} stage={stage} />
      ))}
    </Fold>
  );
}

function StagePart({ stage }: { stage: StaffStage }) {
  const questions = lineOf(stage);
  const query = new URLSearchParams({ show: chosen.value ?? "", view: "stage", host: stage.host });
  return (
    <section class="stage-part" data-testid="stage-of" data-host={stage.host} aria-label={t("of", { who: stage.name })}>
      <div class="stage-part-head">
        <h3>
          <bdi>{stage.name}</bdi>
        </h3>
        <a class="button button-small" href={`?${query}`} target="_blank" rel="noreferrer">
          {t("open")}
        </a>
      </div>
      {questions.length === 0 && <p class="hint">{t("empty")}</p>}
      <ol>
        {questions.map((question, n) => (
          <li key={question.id} class="stage-part-line" data-testid="staged" data-question={question.id}>
            <p lang={languageOf(question.text)} dir="auto">
              <span class={n === 0 ? "badge badge-accent" : "badge"}>
                {t(question.state === "answering" ? "answering" : n === 0 ? "now" : "next")}
              </span>{" "}
              {question.text}
            </p>
            <div class="stage-part-acts">
              {n > 0 && (
                <Button size="small" onClick={() => give(question, stage, true)} data-testid="staged-now">
                  {t("put_now")}
                </Button>
              )}
              <Button size="small" onClick={() => takeOff(question)} data-testid="staged-off">
                {t("take_off")}
              </Button>
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** Says who hosts the show no longer. */
export function StageNews() {
  if (gone.value.length === 0) return null;
  return (
    <p class="notice stage-news" role="status" data-testid="host-gone">
      <span>{t.count("gone", gone.value.length, { who: nameList(gone.value) })}</span>
      <Button
        size="small"
        onClick={() => {
          gone.value = [];
        }}
      >
        {t("gone.read")}
      </Button>
    </p>
  );
}
