// Questions like the one that is being written, asked for once the writing rests.
import { signal } from "@preact/signals";
import type { Question } from "../../sdk";
import { request } from "../../shared/server";
import { asKept } from "../../shared/writing";
import { identity, show } from "../session";

const REST_MS = 400;
const TWINS_MAX = 3;
/** Less says too little. */
const LETTERS_MIN = 4;

export const twins = signal<readonly Question[]>([]);
let wanted = "";

/** Looks for what is like `text` after a rest; returns what calls it off. What was found before stays until then. */
export function lookForTwins(text: string): () => void {
  wanted = asKept(text);
  if ([...wanted].length < LETTERS_MIN) {
    twins.value = [];
    return () => undefined;
  }
  const timer = setTimeout(() => void find(wanted), REST_MS);
  return () => clearTimeout(timer);
}

async function find(text: string): Promise<void> {
  const [showId, token] = [show.peek()?.id, identity.peek()?.token];
  if (!showId || !token) return;
  try {
    const path = `/shows/${encodeURIComponent(showId)}/questions/similar`;
    const found = await request<{ questions: { question: Question }[] }>(path, {
      method: "POST",
      body: { text, limit: TWINS_MAX },
      token,
    });
    if (text === wanted) twins.value = found.questions.map((each) => each.question);
  } catch {
    // Nobody is kept from asking: without an answer there are no twins.
    if (text === wanted) twins.value = [];
  }
}
