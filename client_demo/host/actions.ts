// Everything that a person can do to the show, with its echo and its undo.
import { computed, effect, signal, untracked } from "@preact/signals";
import type { RefusedError } from "../sdk/refused";
import type { CommandType, DismissReason, FieldsOf, Product, Question, QuestionState } from "../sdk/wire";
import { explainError } from "../shared/staff/sign-in";
import { brief } from "../shared/writing";
import { attempt, attemptLater } from "./deeds";
import { choose, correct, known, moveAhead, snapshot, tab, theRoom } from "./desk";
import { t } from "./text";

const ANNOUNCE_WAIT_MS = 3_000;

const why = (error: RefusedError) => (): string => explainError(error.code);

/** Who did what to the question, in a sentence: the colleague's name first. */
export function sayMoved(question: Question): string {
  const who = question.moderated_by ?? t("somebody");
  const how = question.state === "answered" && question.answer?.live ? "answered_live" : question.state;
  return t(`moved.${how}`, { who });
}

function refusedMove(back: () => void) {
  return (error: RefusedError): (() => string) => {
    back();
    const now = error.refusal.current;
    if (error.code !== "conflict" || !now) return why(error);
    correct(now);
    return () => sayMoved(now);
  };
}

/** Sends a move of a question with the version that the person saw, and shows it as moved at once. */
function move<T extends CommandType & `question.${string}`>(
  type: T,
  question: Question,
  ahead: Partial<Question> & { state: QuestionState },
  extra: Omit<FieldsOf<T>, "question" | "version">,
  say: () => string,
  undo: (now: Question) => void,
): void {
  const expected: Question = { ...question, ...ahead, version: question.version + 1 };
  const back = moveAhead(question, expected);
  const fields = { question: question.id, version: question.version, ...extra } as unknown as FieldsOf<T>;
  void attempt({
    say,
    send: () => theRoom().command(type, fields),
    refused: refusedMove(back),
    undo: () => {
      undo(known.value.get(question.id) ?? expected);
      if (known.value.get(question.id)?.state === tab.value) choose(question.id);
    },
  });
}

const quoted = (question: Question): { text: string } => ({ text: brief(question.text) });

export function approve(question: Question): void {
  const say = (): string => t("deed.approved", quoted(question));
  move("question.approve", question, { state: "open" }, {}, say, (now) => dismiss(now, "other"));
}

export function answerLive(question: Question): void {
  const answer = { text: null, live: true, at: new Date().toISOString() };
  const say = (): string => t("deed.answered_live", quoted(question));
  move("question.answer", question, { state: "answered", answer }, { live: true }, say, restore);
}

export function answerText(question: Question, text: string): void {
  const answer = { text, live: false, at: new Date().toISOString() };
  const say = (): string => t("deed.answered", quoted(question));
  move("question.answer", question, { state: "answered", answer }, { text }, say, (now) => {
    drafts.set(question.id, text);
    restore(now);
  });
}

/** What was being written to each question: changing to another and coming back loses nothing. */
export const drafts = new Map<string, string>();

export function dismiss(question: Question, reason: DismissReason): void {
  const say = (): string => t("deed.dismissed", { ...quoted(question), reason: t(`reason.${reason}`) });
  move("question.dismiss", question, { state: "dismissed", dismissed_reason: reason }, { reason }, say, restore);
}

export function restore(question: Question): void {
  const before = question.state;
  const { dismissed_reason: reason, answer } = question;
  const say = (): string => t("deed.restored", quoted(question));
  const undo = (now: Question): void => {
    if (before === "dismissed") dismiss(now, (reason as DismissReason | null) ?? "other");
    else if (answer?.text) answerText(now, answer.text);
    else answerLive(now);
  };
  move("question.restore", question, { state: "open", answer: null, dismissed_reason: null }, {}, say, undo);
}

function refusedPlainly(error: RefusedError): () => string {
  return why(error);
}

/** Pins a question, or unpins whichever is pinned when it is null. */
export function pinQuestion(id: string | null): void {
  const before = snapshot.value?.pinned_question ?? null;
  if (id === before) return;
  const text = brief(known.value.get(id ?? before ?? "")?.text ?? "");
  void attempt({
    say: () => t(id ? "deed.pinned" : "deed.unpinned", { text }),
    send: () => (id ? theRoom().command("question.pin", { question: id }) : theRoom().command("question.unpin", {})),
    refused: refusedPlainly,
    undo: () => pinQuestion(before),
  });
}

export function pinProduct(id: string | null): void {
  const before = snapshot.value?.pinned_product ?? null;
  if (id === before) return;
  const text = snapshot.value?.products.find((product) => product.id === (id ?? before))?.title ?? "";
  void attempt({
    say: () => t(id ? "deed.pinned" : "deed.unpinned", { text }),
    send: () => (id ? theRoom().command("product.pin", { product: id }) : theRoom().command("product.unpin", {})),
    refused: refusedPlainly,
    undo: () => pinProduct(before),
  });
}

interface Restock {
  product: string;
  add: number;
}

const STOCK_LATE_MS = 400;
/** Stock changes that the snapshot does not show yet, oldest first. */
const comingStock = signal<readonly Restock[]>([]);

/** What is still to be added to a product's stock, by product: shown at once, marked. */
export const restocking = computed(() => {
  const sums = new Map<string, number>();
  for (const { product, add } of comingStock.value) sums.set(product, (sums.get(product) ?? 0) + add);
  return sums;
});

function arrived(which: Restock | undefined): void {
  if (which) comingStock.value = comingStock.value.filter((each) => each !== which);
}

// The push may come before the reply or after it: a stock that moved has its oldest change in it.
let stockBefore: ReadonlyMap<string, number> = new Map();
effect(() => {
  const now = new Map((snapshot.value?.products ?? []).map((product) => [product.id, product.stock]));
  const moved = [...now].filter(([id, stock]) => stockBefore.has(id) && stockBefore.get(id) !== stock).map(([id]) => id);
  stockBefore = now;
  untracked(() => {
    for (const id of moved) arrived(comingStock.value.find((each) => each.product === id));
  });
});

export function restock(product: Product, add: number): void {
  const change: Restock = { product: product.id, add };
  comingStock.value = [...comingStock.value, change];
  const signed = add > 0 ? `+${add}` : `−${-add}`;
  void attempt({
    say: () => t("deed.restocked", { text: product.title, n: signed }),
    send: async () => {
      await theRoom().command("product.restock", change);
      setTimeout(() => arrived(change), STOCK_LATE_MS);
    },
    refused: (error) => {
      arrived(change);
      return why(error);
    },
    undo: () => restock(product, -add),
  });
}

/** Announces after a moment in which it can be taken back; `onUndo` puts the words back where they were. */
export function announce(text: string, onUndo: () => void): void {
  attemptLater(ANNOUNCE_WAIT_MS, {
    say: () => t("deed.announced", { text: brief(text) }),
    send: () => theRoom().command("announce", { text }),
    refused: (error) => {
      onUndo();
      return why(error);
    },
    undo: onUndo,
  });
}

export function startShow(): void {
  void attempt({ say: () => t("deed.started"), send: () => theRoom().command("show.start", {}), refused: refusedPlainly });
}

export function endShow(): void {
  void attempt({ say: () => t("deed.ended"), send: () => theRoom().command("show.end", {}), refused: refusedPlainly });
}
