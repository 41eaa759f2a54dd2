// Which of the show's hosts has which questions before them: staff deal them out, with one key for each host.
import { computed, effect, signal, untracked } from "@preact/signals";
import type { RefusedError } from "../sdk/refused";
import type { Question } from "../sdk/wire";
import type { StaffStage } from "../sdk/wire.generated";
import { brief } from "../shared/writing";
import { attempt } from "./deeds";
import { correct, known, snapshot, theRoom } from "./desk";
import { why } from "./refusals";
import { t } from "./text";

const isStage = (stage: object): stage is StaffStage => "host" in stage;
/** The stage of each host of the show. */
export const stages = computed((): readonly StaffStage[] => (snapshot.value?.stages ?? []).filter(isStage));
/** The same where there is somebody to choose between. */
export const dealt = computed(() => (stages.value.length > 1 ? stages.value : []));
/** The first hosts have a key: these, from 5 on. */
export const HOST_KEYS: readonly number[] = [5, 6, 7, 8, 9];

/** The host on whose stage a question stands. */
const byQuestion = computed(
  () => new Map(stages.value.flatMap((stage) => stage.questions.map(({ question }) => [question, stage] as const))),
);
export const stageOf = (question: string): StaffStage | null => byQuestion.value.get(question) ?? null;

/** The questions on a stage as far as they are held, in their order. */
export function lineOf(stage: StaffStage | null | undefined): Question[] {
  return (stage?.questions ?? []).flatMap(({ question }) => known.value.get(question) ?? []);
}

/** Gives a question to a host: behind what they have, or before it. */
export function give(question: Question, stage: StaffStage, now = false): void {
  const before = stageOf(question.id);
  const wasFirst = before?.questions[0]?.question === question.id;
  const { id } = question;
  const first = now && before?.host === stage.host ? lineOf(stage)[0] : undefined;
  void attempt({
    say: () => t(now ? "deed.staged_now" : "deed.staged", { text: brief(question.text), who: stage.name }),
    send: () => theRoom().command("question.stage", { question: id, host: stage.host, now, seen: before?.host ?? null }),
    refused: elsewhere,
    undo: () => {
      // Within one line what had been first is first again.
      if (first) give(first, stage, true);
      else if (before) give(question, before, wasFirst);
      else takeOff(question);
    },
  });
}

/** Takes a question off the stage on which it stands. */
export function takeOff(question: Question): void {
  const before = stageOf(question.id);
  if (!before) return;
  const wasFirst = before.questions[0]?.question === question.id;
  void attempt({
    say: () => t("deed.unstaged", { text: brief(question.text), who: before.name }),
    send: () => theRoom().command("question.unstage", { question: question.id, seen: before.host }),
    refused: elsewhere,
    undo: () => give(question, before, wasFirst),
  });
}

/** What a press on a host's key does: the question is theirs, or is so no longer. */
export function deal(question: Question, stage: StaffStage): void {
  if (stageOf(question.id)?.host === stage.host) takeOff(question);
  else give(question, stage);
}

export const canDeal = ({ state }: Question): boolean => state === "open" || state === "answering";

/** Says to whom a colleague gave the question meanwhile. */
function elsewhere(error: RefusedError): () => string {
  const { current, staged } = error.refusal;
  if (error.code !== "conflict" || !current) return why(error);
  correct(current);
  if (staged) return () => t("staged.by", { by: staged.by, who: staged.name });
  return () => t(staged === null ? "staged.off" : "staged.gone");
}

/** Names of those who have ceased to host the show, until somebody has read it. */
export const gone = signal<readonly string[]>([]);
let before: { show: string; hosts: ReadonlyMap<string, string> } = { show: "", hosts: new Map() };
effect(() => {
  const show = snapshot.value?.show.id;
  const hosts = new Map(stages.value.map(({ host, name }) => [host, name]));
  if (!show) return;
  untracked(() => {
    const left = before.show === show ? [...before.hosts].filter(([host]) => !hosts.has(host)) : [];
    before = { show, hosts };
    if (left.length > 0) gone.value = [...new Set([...gone.peek(), ...left.map(([, name]) => name)])];
  });
});
