import { computed, effect, signal } from "@preact/signals";
import { answersOf, type Chapter, CommentRun, chaptersOf, type JournalPush, ReplaySource, type Show, Timeline } from "../../sdk";
import { saidThen } from "../comments/stream";
import { onPush, placeOfReplay, replayed, room } from "../session";
import { ms } from "./player";
import { shownThen } from "./then";

const AGAIN_AFTER_MS = 3_000;

/** The place of the show that is watched. */
const startsMs = signal(0);
export const place = computed(() => Math.floor(ms.value) + startsMs.value);
/** Everything has been read; until then what is seen at a later place may lack something. */
export const whole = signal(false);
export const chapters = signal<readonly Chapter[]>([]);
export const answers = signal<ReadonlyMap<string, Chapter>>(new Map());

/** Reads a show's replay page by page, and follows the place that is watched; returns what ends it. */
export function follow(show: Show, starts: number): () => void {
  const source = new ReplaySource(room().server, show.id);
  const timeline = new Timeline(show);
  const read = signal(0);
  // Ways to moments are looked for among all that have come: whenever there are twice as many, and at the end.
  const listed = signal(0);
  let looked = 0;
  let ends = Number.POSITIVE_INFINITY;
  // What is in no frame of the recording cannot be gone to.
  const held = ({ showMs }: Chapter): boolean => starts <= showMs && showMs <= ends;
  const comments = new CommentRun(source, () => (read.value += 1));
  const gone = new Set<string>();
  const stays = ({ about }: Chapter): boolean => !gone.has(about);
  let over = false;
  startsMs.value = starts;
  placeOfReplay.value = () => ({ replay_ms: place.peek() });

  const readAll = async (): Promise<void> => {
    for (let after: number | null = 0; after !== null && !over; ) {
      try {
        const page = await source.moments(after);
        if (over) return;
        timeline.add(page.moments);
        timeline.at(timeline.until); // page by page, so that going to the end of a long show does not wait for all of it
        ends = page.ends_ms;
        after = page.next;
        if (after === null || timeline.all.length >= 2 * looked) {
          looked = timeline.all.length;
          listed.value += 1;
        }
        read.value += 1;
      } catch {
        await new Promise((done) => setTimeout(done, AGAIN_AFTER_MS));
      }
    }
    whole.value = !over;
  };
  void readAll();
  const stops = [
    effect(() => {
      if (listed.value === 0) return;
      chapters.value = chaptersOf(timeline.all).filter((each) => held(each) && stays(each));
      answers.value = new Map([...answersOf(timeline.all)].filter(([, answer]) => held(answer)));
    }),
    effect(() => {
      void read.value;
      const { room: seen, shown } = timeline.at(place.value);
      const { pinned_question: pinned } = seen.snapshot;
      replayed.value = pinned && gone.has(pinned) ? { ...seen.snapshot, pinned_question: null } : seen.snapshot;
      shownThen.value = shown;
      saidThen.value = (comments.at(place.value) ?? saidThen.peek() ?? []).filter(({ id }) => !gone.has(id));
    }),
    // What is taken away while one watches was never there.
    onPush((push) => {
      const id = takenAway(push);
      if (id === null) return;
      gone.add(id);
      listed.value += 1;
      read.value += 1;
    }),
  ];
  return () => {
    over = true;
    for (const stop of stops) stop();
    replayed.value = null;
    placeOfReplay.value = null;
    whole.value = false;
    chapters.value = [];
    answers.value = new Map();
    saidThen.value = null;
  };
}

/** Returns the id of a question or comment that nobody may see any more. */
function takenAway(push: JournalPush): string | null {
  switch (push.type) {
    case "question.dismissed":
    case "question.erased":
      return push.question.id;
    case "comment.removed":
    case "comment.erased":
      return push.comment.id;
    default:
      return null;
  }
}
