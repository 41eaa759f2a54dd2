// What is like the question that is being written, looked for once the writing rests: questions of the show, and what was answered before.
import { batch, signal } from "@preact/signals";
import type { Question } from "../../sdk";
import { request } from "../../shared/server";
import { asKept } from "../../shared/writing";
import { identity, show } from "../session";

const REST_MS = 400;
const TWINS_MAX = 3;
const ANSWERS_MAX = 2;
/** Less says too little. */
const LETTERS_MIN = 4;

/** A question about what the show sells, asked in this show or an earlier one, and its answer. */
export interface FaqLine {
  id: string;
  question: string;
  answer: string;
  /** The question that it came from, if it came from one. */
  source: string | null;
}

/** Questions of the show, without those that are among the answers. */
export const twins = signal<readonly Question[]>([]);
export const answers = signal<readonly FaqLine[]>([]);
let looking: object | null = null;

/** Looks for what is like `text` after a rest, and for answers about `product` alone if given; returns what calls it off. What was found before stays until then. */
export function lookForTwins(text: string, product?: string): () => void {
  const kept = asKept(text);
  const mine = {};
  looking = mine;
  if ([...kept].length < LETTERS_MIN) {
    found([], []);
    return () => undefined;
  }
  const timer = setTimeout(() => void find(mine, kept, product), REST_MS);
  return () => clearTimeout(timer);
}

async function find(mine: object, text: string, product?: string): Promise<void> {
  const [lines, questions] = await Promise.all([
    similar<{ lines: { line: FaqLine }[] }>("faq", { text, limit: ANSWERS_MAX, ...(product && { product }) }),
    similar<{ questions: { question: Question }[] }>("questions", { text, limit: TWINS_MAX }),
  ]);
  if (mine !== looking) return;
  found(lines?.lines.map((each) => each.line) ?? [], questions?.questions.map((each) => each.question) ?? []);
}

function found(lines: readonly FaqLine[], questions: readonly Question[]): void {
  const sources = new Set(lines.map((each) => each.source));
  batch(() => {
    answers.value = lines;
    twins.value = questions.filter((each) => !sources.has(each.id));
  });
}

/** Nobody is kept from asking: what gets no answer has found nothing. */
async function similar<T>(of: "faq" | "questions", body: object): Promise<T | null> {
  return await post<T>(`${of}/similar`, body).catch(() => null);
}

/** Says that a line answers what was about to be asked. It is counted for the merchant; the asker goes on without. */
export function tellHelped(line: FaqLine): void {
  post(`faq/${line.id}/helped`).catch(() => undefined);
}

async function post<T>(path: string, body?: object): Promise<T | null> {
  const [showId, token] = [show.peek()?.id, identity.peek()?.token];
  if (!showId || !token) return null;
  return await request<T>(`/shows/${encodeURIComponent(showId)}/${path}`, { method: "POST", token, ...(body && { body }) });
}
