// Everything that a person can do to the show, with its echo and its undo.
import { computed, effect, signal, untracked } from "@preact/signals";
import type { Announcement, CommandType, DismissReason, FieldsOf, Product, Question, QuestionState } from "../sdk/wire";
import { draftOf, drafts, forgetKey, keepDraft, keepKey, keyOf, putBack, takeKey } from "../shared/drafts";
import { asKept, brief } from "../shared/writing";
import { isWriting } from "./deafness";
import { attempt, attemptLater } from "./deeds";
import { choose, draftPlace, known, moveAhead, snapshot, tab, theRoom } from "./desk";
import { tabOf } from "./queue";
import { refusedMove, why } from "./refusals";
import { ending } from "./surface";
import { t } from "./text";
import { Toggle } from "./toggle";

export { sayMoved, why } from "./refusals";

const ANNOUNCE_WAIT_MS = 3_000;


/** Sends a move of a question with the version that the person saw, and shows it as moved at once. */
function move<T extends CommandType & `question.${string}`>(
  type: T,
  question: Question,
  ahead: Partial<Question> & { state: QuestionState },
  extra: Omit<FieldsOf<T>, "question" | "version">,
  say: () => string,
  then: { done?: () => void; refused?: () => void; undone?: () => void; undo?: (now: Question) => void } = {},
): void {
  const expected: Question = { ...question, ...ahead, version: question.version + 1 };
  const back = moveAhead(question, expected);
  const fields = { question: question.id, version: question.version, ...extra } as unknown as FieldsOf<T>;
  void attempt({
    say,
    send: async () => {
      await theRoom().command(type, fields);
      then.done?.();
    },
    refused: (error) => {
      back();
      then.refused?.();
      return refusedMove(error);
    },
    undo: () => {
      // What was done is taken back, and nothing that a colleague has done since: the version is that of the deed.
      const now = { ...(known.value.get(question.id) ?? expected), version: expected.version };
      then.undone?.();
      if (then.undo) then.undo(now);
      else takeBack(now, question, say);
      const there = known.value.get(question.id);
      if (there && tabOf(there) === tab.value) choose(question.id);
    },
  });
}

/** Undoes the move that led from `before` to `now`. */
function takeBack(now: Question, before: Question, say: () => string): void {
  const { state, answer, dismissed_reason = null } = before;
  move("question.undo", now, { state, answer, dismissed_reason }, {}, say);
}

const quoted = (question: Question): { text: string } => ({ text: brief(question.text) });

export function approve(question: Question): void {
  const say = (): string => t("deed.approved", quoted(question));
  move("question.approve", question, { state: "open" }, {}, say);
}

/** Takes an open question back to those that wait for approval. */
export function hold(question: Question): void {
  move("question.hold", question, { state: "pending" }, {}, () => t("deed.held", quoted(question)));
}

/** Says that the question is being answered in the video from now on. */
export function begin(question: Question): void {
  move("question.begin", question, { state: "answering" }, {}, () => t("deed.begun", quoted(question)));
}

/** Lets another question stand for this one. */
export function merge(question: Question, into: Question): void {
  const say = (): string => t("deed.merged", { ...quoted(question), into: brief(into.text) });
  move("question.merge", question, { state: "merged", merged_into: into.id }, { into: into.id }, say);
}

/** Takes a merged question out of the one that stands for it. */
export function part(question: Question): void {
  const state = question.before ?? "open";
  const say = (): string => t("deed.parted", quoted(question));
  move("question.undo", question, { state, merged_into: null }, {}, say, { undo: () => undefined });
}

export function label(question: Question, labels: readonly string[]): void {
  const before = question.labels ?? [];
  void attempt({
    say: () => t("deed.labelled", quoted(question)),
    send: () => theRoom().command("question.label", { question: question.id, labels: [...labels] }),
    refused: why,
    undo: () => label(question, before),
  });
}

export function answerLive(question: Question): void {
  const answer = { text: null, live: true, at: new Date().toISOString() };
  const say = (): string => t("deed.answered_live", quoted(question));
  move("question.answer", question, { state: "answered", answer }, { live: true }, say);
}

/** Answers in writing, with `few` to those alone who asked or voted. The text stays its box's draft until the server has it: a refusal or a crash of the page loses nothing. */
export function answerText(question: Question, text: string, few = false): void {
  const place = draftPlace(`answer.${question.id}`);
  const answer = { text, live: false, at: new Date().toISOString(), ...(few && { private: true }) };
  const say = (): string => t(few ? "deed.answered_privately" : "deed.answered", quoted(question));
  keepDraft(place, text);
  const done = (): void => {
    if (asKept(draftOf(place)) === text) keepDraft(place, "");
  };
  move("question.answer", question, { state: "answered", answer }, { text, ...(few && { private: true }) }, say, {
    done,
    undone: () => putBack(place, text),
    refused: () => {
      // It stands in its box again, and the box in front of the person, unless another one is being written in.
      if (!isWriting(document.activeElement)) choose(question.id);
    },
  });
}

export function dismiss(question: Question, reason: DismissReason): void {
  const say = (): string => t("deed.dismissed", { ...quoted(question), reason: t(`reason.${reason}`) });
  move("question.dismiss", question, { state: "dismissed", dismissed_reason: reason }, { reason }, say);
}

export function restore(question: Question): void {
  const before = question.state;
  const { dismissed_reason: reason, answer } = question;
  const say = (): string => t("deed.restored", quoted(question));
  const undo = (now: Question): void => {
    if (before === "dismissed") dismiss(now, (reason as DismissReason | null) ?? "other");
    else if (answer?.text) answerText(now, answer.text, answer.private);
    else answerLive(now);
  };
  move("question.restore", question, { state: "open", answer: null, dismissed_reason: null }, {}, say, { undo });
}

const pinnedQuestion = new Toggle();
const pinnedProduct = new Toggle();
effect(() => {
  pinnedQuestion.learn(snapshot.value?.pinned_question);
  pinnedProduct.learn(snapshot.value?.pinned_product);
});

/** Pins the question, or unpins it if that is how it stood when the person decided. */
export function toggleQuestion(id: string): void {
  pinQuestion(pinnedQuestion.press(id));
}

/** The same for a product. */
export function toggleProduct(id: string): void {
  pinProduct(pinnedProduct.press(id));
}

/** Pins a question, or unpins whichever is pinned when it is null. */
export function pinQuestion(id: string | null): void {
  const before = snapshot.value?.pinned_question ?? null;
  if (id === before) return;
  const text = brief(known.value.get(id ?? before ?? "")?.text ?? "");
  void attempt({
    say: () => t(id ? "deed.pinned" : "deed.unpinned", { text }),
    send: () => (id ? theRoom().command("question.pin", { question: id }) : theRoom().command("question.unpin", {})),
    refused: why,
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
    refused: why,
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
  const sold = (snapshot.value?.products ?? []).flatMap((product) => [product, ...(product.variants ?? [])]);
  const now = new Map(sold.map(({ id, stock }) => [id, stock]));
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
  const place = draftPlace(`stock.${product.id}`);
  const key = takeKey(place, signed);
  void attempt({
    say: () => t("deed.restocked", { text: product.title, n: signed }),
    send: async () => {
      await theRoom().command("product.restock", { ...change, key });
      setTimeout(() => arrived(change), STOCK_LATE_MS);
    },
    refused: (error) => {
      arrived(change);
      if (error.code === "unanswered" || error.code === "outcome_unknown") keepKey(place, signed, key);
      return why(error);
    },
    undo: () => restock(product, -add),
  });
}

const UNDER_WAY = "announcing.";

/** Announces after a moment in which it can be taken back; what was not announced stands in the box again. */
export function announce(text: string): void {
  const underWay = draftPlace(UNDER_WAY + Date.now());
  const box = draftPlace("announce");
  keepDraft(underWay, text);
  const key = keyOf(box, text);
  const back = (): void => {
    keepDraft(underWay, "");
    putBack(box, text);
  };
  attemptLater(ANNOUNCE_WAIT_MS, {
    say: () => t("deed.announced", { text: brief(text) }),
    send: async () => {
      await theRoom().command("announce", { text, key });
      keepDraft(underWay, "");
      forgetKey(box, text);
    },
    refused: (error) => {
      back();
      return why(error);
    },
    undo: back,
  });
}

/** Takes down what viewers read; the undo says it again. */
export function removeAnnouncement({ text, offset }: Announcement): void {
  void attempt({
    say: () => t("deed.announcement_removed", { text: brief(text) }),
    send: () => theRoom().command("announce.remove", offset ? { announcement: offset } : {}),
    refused: why,
    undo: () =>
      void attempt({
        say: () => t("deed.announced", { text: brief(text) }),
        send: () => theRoom().command("announce", { text }),
        refused: why,
      }),
  });
}

/** After a reload: announcements of which this page never heard whether they went out stand in the box again, unless viewers see them. */
export function takeUpAnnouncements(): void {
  const prefix = draftPlace(UNDER_WAY);
  for (const [place, text] of drafts.peek()) {
    if (!place.startsWith(prefix)) continue;
    keepDraft(place, "");
    if (text !== snapshot.peek()?.announcement?.text) putBack(draftPlace("announce"), text);
  }
}

/** Opens what is asked before the show is started or ended, as it stands now. */
export function askAboutShow(): void {
  const state = snapshot.value?.show.state;
  ending.value = state === "scheduled" || state === "rehearsal" ? "start" : state === "live" ? "end" : null;
}

export function startShow(): void {
  void attempt({ say: () => t("deed.started"), send: () => theRoom().command("show.start", {}), refused: why });
}

export function endShow(): void {
  void attempt({ say: () => t("deed.ended"), send: () => theRoom().command("show.end", {}), refused: why });
}
