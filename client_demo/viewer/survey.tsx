// The card of the survey that is open: loaded when one is. It takes a row of its own below the picture, so that it covers nothing.
import { effect, signal } from "@preact/signals";
import type { FieldsOf, RefusedError, Survey } from "../sdk";
import { draftOf, forgetKey, keepDraft, keyOf } from "../shared/drafts";
import { createTranslator } from "../shared/i18n";
import type en from "../shared/locales/viewer_survey.en.json";
import { place } from "../shared/place";
import { serverNow } from "../shared/server_clock";
import { Button } from "../shared/ui/button";
import { Icon } from "../shared/ui/icon";
import { RoomLeft } from "../shared/ui/room_left";
import { asKept, lengthOf } from "../shared/writing";
import { mySurveys } from "./me";
import { link, room, snapshot } from "./session";
import { refusalText } from "./text";
import { tokenStore } from "./token_store";

type Said = Omit<FieldsOf<"survey.answer">, "survey" | "key">;

const t = createTranslator<typeof en>("viewer_survey");
const TEXT_MAX = 1000;
const THANKS_MS = 6_000;
const MAY_HAVE_ARRIVED = ["unanswered", "outcome_unknown", "offline", "unavailable", "busy"];

/** Where this tab keeps what became of a card: `here` it is shown, `done` it was answered or closed. */
const tabPlace = (id: string): string => `survey.${id}`;
const devicePlace = (id: string): string => `${place.kept}showfloor.survey.${id}`;

/** On the device only of those who agreed to be recognised: what another tab did with the card. */
function onDevice(id: string, write?: string): string | null {
  if (!tokenStore.remembered) return null;
  try {
    if (write) localStorage.setItem(devicePlace(id), write);
    return localStorage.getItem(devicePlace(id));
  } catch {
    return null;
  }
}

/** What is to be drawn: nothing for a card that was answered, closed, or shown elsewhere. */
const phase = signal<"waiting" | "asking" | "sending" | "thanks" | "over">("waiting");
const failed = signal("");
let current = "";

function finish(id: string): void {
  keepDraft(tabPlace(id), "done");
  onDevice(id, "done");
}

/** Decides once for each survey, when it is known what other tabs and devices did with it. */
function decide(survey: Survey): void {
  if (current === survey.id && phase.peek() !== "waiting") return;
  if (current !== survey.id) failed.value = "";
  current = survey.id;
  const mine = draftOf(tabPlace(survey.id));
  if (mine) {
    phase.value = mine === "here" ? "asking" : "over";
    return;
  }
  if (onDevice(survey.id) || mySurveys.value?.includes(survey.id)) {
    phase.value = "over";
    return;
  }
  phase.value = "waiting";
  if (document.visibilityState !== "visible" || mySurveys.value === null) return;
  keepDraft(tabPlace(survey.id), "here");
  onDevice(survey.id, "here");
  phase.value = "asking";
  room().tell("survey.shown", { survey: survey.id });
}

function look(): void {
  const survey = snapshot.value?.survey;
  if (!survey || link.value.is !== "joined") return;
  decide(survey);
  const unsent = draftOf(`${tabPlace(survey.id)}.sent`);
  if (unsent && phase.peek() === "asking") void send(survey, JSON.parse(unsent) as Said);
}

effect(look);
document.addEventListener("visibilitychange", () => {
  if (phase.peek() !== "over") look();
});

function close(survey: Survey): void {
  finish(survey.id);
  phase.value = "over";
}

/** Sends the answer under a key that is kept until it is known to have arrived: after a cut, or a reload, the same goes out again. */
async function send(survey: Survey, said: Said): Promise<void> {
  const at = tabPlace(survey.id);
  const text = JSON.stringify(said);
  failed.value = "";
  phase.value = "sending";
  keepDraft(`${at}.sent`, text);
  try {
    await room().command("survey.answer", { survey: survey.id, ...said, key: keyOf(at, text) });
    forgetKey(at, text);
    keepDraft(`${at}.text`, "");
    keepDraft(`${at}.sent`, "");
    finish(survey.id);
    phase.value = "thanks";
    setTimeout(() => {
      if (phase.peek() === "thanks") phase.value = "over";
    }, THANKS_MS);
  } catch (error) {
    const { code } = error as RefusedError;
    phase.value = "asking";
    if (MAY_HAVE_ARRIVED.includes(code)) {
      failed.value = t("survey.waiting");
      return;
    }
    keepDraft(`${at}.sent`, "");
    failed.value = code === "survey_closed" ? t("survey.closed") : refusalText(error);
  }
}

export function SurveyCard() {
  const survey = snapshot.value?.survey;
  const over = !survey || (survey.closes_at && Date.parse(survey.closes_at) < serverNow());
  if (over || phase.value === "over" || phase.value === "waiting") return null;
  return (
    <section class="survey" aria-labelledby="survey-title" data-testid="survey">
      {phase.value === "thanks" ? (
        <p class="survey-title" id="survey-title" role="status" data-testid="survey-thanks">
          {t("survey.thanks")}
        </p>
      ) : (
        <Form key={survey.id} survey={survey} />
      )}
      <Button
        look="quiet"
        size="icon"
        class="survey-close"
        aria-label={t("survey.close")}
        data-testid="survey-close"
        onClick={() => close(survey)}
      >
        <Icon name="close" />
      </Button>
    </section>
  );
}

function Form({ survey }: { survey: Survey }) {
  const { kind } = survey;
  const place = `${tabPlace(survey.id)}.text`;
  const picked = draftOf(`${tabPlace(survey.id)}.picked`);
  const text = draftOf(place);
  const tooLong = lengthOf(text) > TEXT_MAX;
  const ready = kind === "text" ? asKept(text) !== "" : picked !== "";
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!ready || tooLong || phase.value === "sending") return;
        const words = asKept(text);
        const said = kind === "choice" ? { choice: Number(picked) } : kind === "text" ? {} : { score: Number(picked) };
        void send(survey, { ...said, ...(words && (kind === "text" || survey.why) && { text: words }) });
      }}
    >
      <fieldset class="survey-asked">
        <legend class="survey-title" id="survey-title">
          {survey.question}
        </legend>
        {kind !== "text" && <Picks survey={survey} picked={picked} />}
      </fieldset>
      {(kind === "text" || (survey.why && picked)) && (
        <div class="field">
          <label class={kind === "text" ? "visually-hidden" : "field-label"} for="survey-text">
            {t(kind === "text" ? "survey.text" : "survey.why")}
          </label>
          <textarea
            id="survey-text"
            class="input"
            rows={2}
            data-testid="survey-text"
            aria-invalid={tooLong}
            aria-describedby="survey-left"
            value={text}
            onInput={(event) => keepDraft(place, event.currentTarget.value)}
          />
          <RoomLeft id="survey-left" text={text} most={TEXT_MAX} />
        </div>
      )}
      {failed.value && (
        <p class="hint" role="status" data-testid="survey-failed">
          {failed.value}
        </p>
      )}
      {ready && (
        <Button type="submit" look="primary" data-testid="survey-send" disabled={tooLong || phase.value === "sending"}>
          {phase.value === "sending" ? t("survey.sending") : t("survey.send")}
        </Button>
      )}
    </form>
  );
}

function Picks({ survey, picked }: { survey: Survey; picked: string }) {
  const choices = picksOf(survey);
  return (
    <>
      <div class={`survey-picks survey-${survey.kind}`}>
        {choices.map(({ value, label, name }) => (
          <label
            key={value}
            class="survey-pick"
            data-picked={survey.kind === "stars" ? Number(value) <= Number(picked) : value === picked}
          >
            <input
              type="radio"
              class="visually-hidden"
              name={`survey-${survey.id}`}
              value={value}
              checked={picked === value}
              aria-label={name}
              data-testid={`survey-${value}`}
              onChange={() => keepDraft(`${tabPlace(survey.id)}.picked`, value)}
            />
            <span aria-hidden={name !== undefined}>{label}</span>
          </label>
        ))}
      </div>
      {survey.kind === "nps" && (
        <p class="survey-ends hint" aria-hidden="true">
          <span>{t("survey.least")}</span>
          <span>{t("survey.most")}</span>
        </p>
      )}
    </>
  );
}

function picksOf(survey: Survey): { value: string; label: string; name?: string }[] {
  if (survey.kind === "choice") return (survey.choices ?? []).map((label, n) => ({ value: `${n}`, label }));
  if (survey.kind === "stars") {
    return [1, 2, 3, 4, 5].map((n) => ({ value: `${n}`, label: "★", name: t.count("survey.stars", n) }));
  }
  return Array.from({ length: 11 }, (_, n) => {
    const end = n === 0 ? t("survey.least") : n === 10 ? t("survey.most") : "";
    return { value: `${n}`, label: `${n}`, name: end ? `${n}: ${end}` : `${n}` };
  });
}
