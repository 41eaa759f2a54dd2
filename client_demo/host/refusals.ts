// Why something was refused, in words.
import type { RefusedError } from "../sdk/refused";
import type { Question } from "../sdk/wire";
import { explainError } from "../shared/staff/sign-in";
import { correct } from "./desk";
import { t } from "./text";

/** Says why something was refused. */
export const why = (error: RefusedError) => (): string => explainError(error.code);

/** Who did what to the question, in a sentence: the colleague's name first. */
export function sayMoved(question: Question): string {
  const who = question.moderated_by ?? t("somebody");
  const how = question.state === "answered" && question.answer?.live ? "answered_live" : question.state;
  return t(`moved.${how}`, { who });
}

/** Takes in what a conflict says of the question, and says who was faster, or who works on it. */
export function refusedMove(error: RefusedError): () => string {
  const { current: now, claimed_by: by } = error.refusal;
  if (error.code !== "conflict" || !now) return why(error);
  correct(now);
  return by ? () => t("answering", { who: by.name }) : () => sayMoved(now);
}
