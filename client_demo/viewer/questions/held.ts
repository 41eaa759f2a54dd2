// Every question that this page has heard of, by snapshot, by push and by page, without doubles. Pure.
import type { JournalPush, Question } from "../../sdk";
import { type Place, placeOf } from "./order";

/** How far pages have been turned: `next` to send for the next one, null when there is none, undefined before the first; `last` loaded. */
export interface Turned {
  next: string | null | undefined;
  last: Place | null;
}

export class HeldQuestions {
  readonly byId = new Map<string, Question>();
  newest: Turned = { next: null, last: null };
  wanted: Turned = { next: null, last: null };
  /** The newest counts that were pushed, also of questions that are not held: a page may be older than a vote. */
  private readonly votes = new Map<string, number>();
  private readonly dismissed = new Set<string>();

  /** Begins with a snapshot: `questions` are the newest, `all` when there are no others, `older` some of the others. */
  constructor(questions: readonly Question[] = [], older: readonly Question[] = [], all = true) {
    this.take([...questions, ...older]);
    const last = questions.at(-1);
    if (all || !last) return;
    this.newest = { next: last.id, last: placeOf(last) };
    this.wanted = { next: undefined, last: null };
  }

  /** Takes in what may be older than what was pushed meanwhile. */
  take(questions: readonly Question[]): void {
    for (const question of questions) {
      const { id, version } = question;
      if (this.dismissed.has(id) || (this.byId.get(id)?.version ?? -1) > version) continue;
      this.byId.set(id, { ...question, votes: Math.max(question.votes, this.votes.get(id) ?? 0) });
    }
  }

  /** Applies a push; returns whether anything has changed. */
  hear(push: JournalPush): boolean {
    switch (push.type) {
      case "question.posted":
      case "question.answered":
      case "question.restored":
      case "question.changed":
      case "question.erased":
        this.dismissed.delete(push.question.id);
        this.take([push.question]);
        return true;
      case "question.dismissed":
        this.dismissed.add(push.question.id);
        return this.byId.delete(push.question.id);
      case "question.voted":
        for (const { question, votes } of push.votes) this.count(question, votes);
        return true;
      case "question.pinned":
        if (push.pinned) this.take([push.pinned]);
        return true;
      case "stage.changed":
        this.take(push.questions);
        return true;
      default:
        return false;
    }
  }

  private count(id: string, votes: number): void {
    this.votes.set(id, votes);
    const question = this.byId.get(id);
    if (question) this.byId.set(id, { ...question, votes });
  }
}
