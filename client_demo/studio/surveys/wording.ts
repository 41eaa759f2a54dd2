// What a survey asks: as it is typed, and as the server takes it.
import { lengthOf } from "../../shared/writing";
import { asWhole } from "../amounts";
import type { Errors } from "../form";
import { t } from "./text";

export const KINDS = ["nps", "choice", "stars", "text"] as const;
export type Kind = (typeof KINDS)[number];
export const QUESTION_MOST = 200;
const CHOICE_MOST = 80;
const CHOICES_LEAST = 2;
const CHOICES_MOST = 10;
const HOURS = 24;
const HOURS_MOST = 168;

/** As the API has it. */
export interface Wording {
  kind: Kind;
  question: string;
  choices: string[];
  why: boolean;
  hours_after_end: number;
}

export interface Survey extends Wording {
  /** For `If-Match`. */
  version: number;
  id: string;
  product: string | null;
  at_end: boolean;
  state: "ready" | "open" | "closed";
  answers: number;
}

/** As it stands in the fields. */
export interface WordingText {
  kind: Kind;
  question: string;
  /** One on each line. */
  choices: string;
  why: boolean;
  hours: string;
}

export interface SurveyText extends WordingText {
  /** What stars are about; empty: the show. */
  product: string;
  atEnd: boolean;
}

/** The server's names of fields that have another one in the form. */
export const NAMES = { hours_after_end: "hours" } as const;

/** The usual question of a kind, in the page's language. */
export function usual(kind: Kind): string {
  return t(`usual.${kind}`);
}

export function newWording(): WordingText {
  return { kind: "nps", question: usual("nps"), choices: "", why: true, hours: String(HOURS) };
}

export function asText({ kind, question, choices, why, hours_after_end }: Wording): WordingText {
  return { kind, question, choices: choices.join("\n"), why, hours: String(hours_after_end) };
}

/** What a kind has no use for stays in its field, in case it was chosen by mistake, and is not sent. */
export function bodyOf({ kind, question, choices, why, hours }: WordingText): Wording {
  return {
    kind,
    question: question.trim(),
    choices: kind === "choice" ? lines(choices) : [],
    why: kind === "nps" && why,
    hours_after_end: asWhole(hours) ?? HOURS,
  };
}

export function check(values: WordingText): Errors<WordingText> {
  const errors: Errors<WordingText> = {};
  const question = values.question.trim();
  if (!question) errors.question = t("question.missing");
  else if (lengthOf(question) > QUESTION_MOST) errors.question = t("question.long");
  const hours = asWhole(values.hours);
  if (hours === null || hours < 1 || hours > HOURS_MOST) errors.hours = t("hours.wrong", { most: HOURS_MOST });
  const wrong = values.kind === "choice" && wrongChoices(lines(values.choices));
  if (wrong) errors.choices = wrong;
  return errors;
}

function wrongChoices(choices: readonly string[]): string | null {
  if (choices.length < CHOICES_LEAST || choices.length > CHOICES_MOST) return t("choices.number");
  if (new Set(choices).size < choices.length) return t("choices.same");
  return choices.some((each) => lengthOf(each) > CHOICE_MOST) ? t("choices.long", { most: CHOICE_MOST }) : null;
}

function lines(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
}
