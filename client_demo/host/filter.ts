// What of the queue is looked at: words, a product, a label; and in which order. The page sifts what it holds by the server's own rules, and
// the server is asked for the rest of it.
import { computed, signal } from "@preact/signals";
import type { Question } from "../sdk/wire";

export interface Sieve {
  words: string;
  product: string;
  label: string;
}

const NOTHING: Sieve = { words: "", product: "", label: "" };
export const sieve = signal<Sieve>(NOTHING);
export const isSifting = computed(() => Object.values(sieve.value).some(Boolean));
/** Whether the fields for it are shown. */
export const finding = signal(false);

export function forgetSieve(): void {
  sieve.value = NOTHING;
  finding.value = false;
}

const NO_LETTERS = /[^\p{L}\p{N}\p{M}\s]/gu;
const KATAKANA = /[\u30a1-\u30f6]/g;

/** A text as the server compares it: without case, width, kind of kana and punctuation. */
export function fold(text: string): string {
  const plain = text.normalize("NFKC").toLowerCase().replace(NO_LETTERS, " ");
  return plain.replace(KATAKANA, (letter) => String.fromCharCode(letter.charCodeAt(0) - 0x60));
}

/** Whether a question passes; `family` are the ids of the chosen product and its variants. */
export function passes(question: Question, { words, product, label }: Sieve, family: ReadonlySet<string>): boolean {
  if (product && !family.has(question.product ?? "")) return false;
  if (label && !question.labels?.includes(label)) return false;
  if (!words) return true;
  const letters = fold(question.text);
  return fold(words)
    .split(/\s+/)
    .every((word) => letters.includes(word));
}

/** The same as parameters of the server's list. */
export function asQuery({ words, product, label }: Sieve): Record<string, string> {
  return { ...(words.trim() && { q: words.trim() }), ...(product && { product }), ...(label && { label }) };
}
