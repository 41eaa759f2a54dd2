import { computed, effect, signal } from "@preact/signals";
import type { Order, OwnComment, Question, RefusedError } from "../sdk";
import type { OwnSanction } from "../sdk/wire.generated";
import { forgetKey, keyOf } from "../shared/drafts";
import { request } from "../shared/server";
import { asKept } from "../shared/writing";
import { identity, link, placeOfReplay, questions, room, show } from "./session";

export type { OwnSanction };

/** A question of the viewer's own; `into` stands for it while it is merged. */
export type OwnQuestion = Question & { into?: Question };

interface Mine {
  questions: OwnQuestion[];
  told: Question[];
  votes: string[];
  orders: Order[];
  surveys: string[];
  /** Not there from a server of before giveaways. */
  giveaways?: { giveaway: string; ticket: string }[];
  polls?: { poll: string; choices: number[] }[];
  /** Not there from a server of before comments. */
  comments?: OwnComment[];
  sanctions?: OwnSanction[];
  reacted?: Record<string, string[]>;
}

/** What is the viewer's own in this show. Asked for after each join, so that what happened around a cut is known too. */
export const myOrders = signal<readonly Order[]>([]);
export const myVotes = signal<ReadonlySet<string>>(new Set());
/** Surveys that were shown to the viewer, or answered, on whatever device; null until the server has said so. */
export const mySurveys = signal<readonly string[] | null>(null);
/** What the viewer has voted in polls; null until the server has said so. */
export const myPolls = signal<Mine["polls"] | null>(null);
/** The tickets of the viewer's entries in giveaways. */
export const myGiveaways = signal<Mine["giveaways"]>();
export const myComments = signal<readonly OwnComment[]>([]);
/** By comment the kinds of the viewer's reactions. */
export const myReacted = signal<Readonly<Record<string, readonly string[]>>>({});
/** What was laid on the viewer, as far as they are told. */
export const mySanctions = signal<readonly OwnSanction[]>([]);
export const mineFailed = signal(false);
/** The viewer's own questions, newest first, those that were moved since on top. */
export const askedByMe = signal<readonly OwnQuestion[]>([]);
/** Questions voted for that were answered to those alone who asked or voted. */
export const toldToMe = signal<readonly Question[]>([]);
/** What goes out with the next question. */
export const asking = signal<{ product?: string; anonymous?: true }>({});

export const myQuestionIds = computed<ReadonlySet<string>>(() => new Set(askedByMe.value.map((each) => each.id)));
/** Own open questions that the room's list does not have. */
export const myUnlisted = computed(() => {
  const shown = new Set(questions.value.map((each) => each.id));
  return askedByMe.value.filter((each) => each.state === "open" && !shown.has(each.id));
});

async function loadMine(): Promise<Mine | null> {
  const showId = show.peek()?.id;
  const token = identity.peek()?.token;
  if (!showId || !token) return null;
  try {
    const mine = await request<Mine>(`/shows/${encodeURIComponent(showId)}/me`, { token });
    askedByMe.value = mine.questions;
    toldToMe.value = mine.told;
    myVotes.value = new Set([...myVotes.peek(), ...mine.votes]);
    myOrders.value = mine.orders;
    mySurveys.value = mine.surveys;
    myPolls.value = mine.polls;
    myGiveaways.value = mine.giveaways;
    myComments.value = mine.comments ?? [];
    mySanctions.value = mine.sanctions ?? [];
    myReacted.value = mine.reacted ?? {};
    mineFailed.value = false;
    return mine;
  } catch {
    mineFailed.value = true;
    return null;
  }
}

/** Follows the room; to be called once. */
export function followMine(): void {
  const joined = computed(() => link.value.is === "joined" && identity.value !== null);
  effect(() => {
    if (joined.value) void loadMine();
  });
}

export const retryMine = loadMine;

/**
 * Asks `text`. Resolves to the state of the question. When the connection breaks before the answer, the server is asked whether the
 * question arrived, so that a person never has to guess. What stands in the box at `place` keeps its key until that is known, so that
 * nothing is asked twice, not even after a reload.
 */
export async function ask(place: string, text: string, onChecking: () => void): Promise<Question["state"] | "lost"> {
  const before = myQuestionIds.peek();
  const { product = "", anonymous } = asking.peek();
  // The same words about something else are another wish.
  const wish = `${text}${product}${anonymous ? "?" : ""}`;
  try {
    const reply = await room().command("ask", { ...asking.peek(), ...placeOfReplay.peek()?.(), text, key: keyOf(place, wish) });
    remember(reply.question, text, reply.state);
    forgetKey(place, wish);
    asking.value = anonymous ? { anonymous } : {};
    return reply.state;
  } catch (error) {
    if ((error as RefusedError).code !== "unanswered") throw error;
    onChecking();
    await joinedAgain();
    const mine = await loadMine();
    // The server could not be asked either: nobody may say that it did not arrive.
    if (!mine) throw error;
    const arrived = mine.questions.find((each) => each.text === asKept(text) && !before.has(each.id));
    if (arrived) forgetKey(place, wish);
    return arrived?.state ?? "lost";
  }
}

function remember(id: string, text: string, state: Question["state"]): void {
  const question = { id, text, author: "", state, votes: 0, version: 0, asked_at: "", answer: null, ...asking.peek() };
  askedByMe.value = [question, ...askedByMe.peek().filter((each) => each.id !== id)];
}

function joinedAgain(): Promise<void> {
  return new Promise((resolve) => {
    const stop = effect(() => {
      if (link.value.is !== "joined") return;
      resolve();
      queueMicrotask(() => stop());
    });
  });
}

/** Votes at once on the page, and takes it back when the server refuses. */
export async function vote(question: string): Promise<void> {
  myVotes.value = new Set([...myVotes.peek(), question]);
  try {
    await room().command("vote", { question });
  } catch (error) {
    myVotes.value = new Set([...myVotes.peek()].filter((each) => each !== question));
    throw error;
  }
}

export function addOrder(order: Order): void {
  myOrders.value = [order, ...myOrders.peek().filter((each) => each.order !== order.order)];
}
