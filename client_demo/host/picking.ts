// Several questions at once: picked by Shift and a click, by X, or by Shift with J and K; then one act for all of them.
import { computed, signal } from "@preact/signals";
import type { DismissReason, FieldsOf, Question } from "../sdk/wire";
import { attempt } from "./deeds";
import { waits } from "./held";
import { known, rows, selected, step, takeAway, theRoom } from "./desk";
import { why } from "./refusals";
import { t } from "./text";

type Acts = FieldsOf<"question.many">["acts"];
type Act = Acts[number];

/** So many acts go out in one command. */
const ACTS_MAX = 100;
export const picked = signal<ReadonlySet<string>>(new Set());
/** Touch has no Shift: while this is on, a tap picks. */
export const picking = signal(false);

/** Those of the rows in sight of the person that are picked, as they stand. */
export const pickedHere = computed(() =>
  rows.value.filter((row) => row.standing === "here" && picked.value.has(row.question.id)).map((row) => row.question),
);

export function dropPicked(): void {
  picked.value = new Set();
  picking.value = false;
}

export function togglePick(id: string): void {
  const next = new Set(picked.peek());
  if (!next.delete(id)) next.add(id);
  picked.value = next;
}

/** Picks everything from the chosen row to this one. */
export function pickTo(id: string): void {
  const ids = rows.peek().map((row) => row.question.id);
  const [from, to] = [ids.indexOf(selected.peek() ?? ""), ids.indexOf(id)].sort((a, b) => a - b);
  picked.value = new Set([...picked.peek(), ...ids.slice(Math.max(from ?? 0, 0), (to ?? 0) + 1)]);
}

/** Goes on by a row and picks on the way. */
export function pickAlong(by: 1 | -1): void {
  const here = selected.peek();
  step(by);
  picked.value = new Set([...picked.peek(), ...[here, selected.peek()].filter((id) => id !== null)]);
}

export const canApprove = computed(() => pickedHere.value.some((each) => waits(each)));
export const canAnswer = computed(() => pickedHere.value.some((each) => each.state === "open" || each.state === "answering"));

export function approvePicked(): void {
  const ones = pickedHere.peek().filter((each) => waits(each));
  actOnMany("approved", ones, (each) => ({ act: "approve", question: each.id, version: each.version }));
}

export function answerPicked(): void {
  const ones = pickedHere.peek().filter((each) => each.state === "open" || each.state === "answering");
  actOnMany("answered_live", ones, (each) => ({ act: "answer_live", question: each.id, version: each.version }));
}

export function dismissPicked(reason: DismissReason): void {
  const ones = pickedHere.peek().filter((each) => each.state !== "dismissed");
  actOnMany("dismissed", ones, (each) => ({ act: "dismiss", question: each.id, version: each.version, reason }));
}

/** Gives them a label beside those that they have. */
export function labelPicked(label: string): void {
  actOnMany("labelled", pickedHere.peek(), (each) => ({
    act: "label",
    question: each.id,
    labels: [...new Set([...(each.labels ?? []), label])],
  }));
}

type Word = "approved" | "answered_live" | "dismissed" | "labelled";

/** Sends the acts of one deed; what a colleague had moved meanwhile is told by its number, and all that was done is undone together. */
function actOnMany(word: Word, questions: readonly Question[], actOf: (question: Question) => Act): void {
  if (questions.length === 0) return;
  const leaves = word !== "labelled";
  const back = leaves ? takeAway(questions.map((each) => each.id)) : () => undefined;
  dropPicked();
  let undone: Act[] = [];
  let failed = 0;
  const say = (): string => {
    const done = t.count(`deed.many.${word}`, questions.length - failed);
    return failed > 0 ? `${done} ${t.count("deed.many.failed", failed)}` : done;
  };
  void attempt({
    say,
    send: async () => {
      const results = await send(questions.map(actOf));
      failed = results.filter((each) => each.code).length;
      undone = results.flatMap(({ question, version, code }): Act[] => {
        if (!code && version != null) return [{ act: "undo", question, version }];
        return [];
      });
    },
    refused: (error) => {
      back();
      return why(error);
    },
    ...(leaves && {
      undo: () => {
        back();
        void attempt({ say, send: () => send(undone), refused: why });
      },
    }),
  });
}

async function send(acts: Acts) {
  const results = [];
  for (let at = 0; at < acts.length; at += ACTS_MAX) {
    const reply = await theRoom().command("question.many", { acts: acts.slice(at, at + ACTS_MAX) });
    results.push(...reply.results);
  }
  return results;
}

/** All labels that questions have, for a list to choose from. */
export const labels = computed(() =>
  [...new Set([...known.value.values()].flatMap((each) => each.labels ?? []))].sort((a, b) => a.localeCompare(b)),
);
