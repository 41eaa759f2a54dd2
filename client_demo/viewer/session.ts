import { batch, computed, signal } from "@preact/signals";
import type { ComponentType } from "preact";
import {
  Impressions,
  type JournalPush,
  type PrivatePush,
  type Question,
  Room,
  type RoomView,
  reportWatching,
  type Show,
  type Snapshot,
  hasVideo as showHasVideo,
  Taps,
} from "../sdk";
import type { Heard, PictureHold } from "../sdk/picture";
import { place } from "../shared/place";
import { channelOf, currentShows, showOf, wishesOf } from "./address";
import { deviceId } from "./device_id";
import { tokenStore } from "./token_store";

/** The room that this page is in, and what of it the page draws. A computed value changes only when its own part did. */
const query = new URLSearchParams(location.search);
/** The show that was asked for, if one was. */
const named = place.wishes?.show ?? showOf(location.pathname);

let current: Room | null = null;
const view = signal<RoomView>({ link: { is: "joining" }, state: null, identity: null, joins: 0 });

/** `none`: the channel has no show; `choice`: several are live; else the room's own link tells. */
export const arrival = signal<"finding" | "none" | "choice" | "unreachable" | "entered">("finding");
/** The shows that are live at once, while a person is to choose. */
export const choice = signal<readonly Show[]>([]);
/** The channel that this page is about, as far as it is known. */
export const channel = computed(() => show.value?.channel ?? (named ? null : channelOf(query)));
export const link = computed(() => view.value.link);
export const identity = computed(() => view.value.identity);
export const snapshot = computed(() => view.value.state?.snapshot ?? null);
export const roomState = computed(() => view.value.state);
export const show = computed(() => snapshot.value?.show ?? null);
export const products = computed(() => snapshot.value?.products ?? []);
export const questions = computed(() => snapshot.value?.questions ?? []);
export const comments = computed(() => snapshot.value?.comments?.latest ?? []);
/** What viewers saw at the place of a replay that is watched; null where none is. */
export const replayed = signal<Snapshot | null>(null);
/** What goes out with a question that is asked at a replay. */
export const placeOfReplay = signal<(() => { replay_ms: number }) | null>(null);
/** At a question: the way to where it was answered in the recording. */
export const jumps = signal<ComponentType<{ question: Question }> | null>(null);
const shown = computed(() => replayed.value ?? snapshot.value);
export const pinnedProduct = computed(() => products.value.find((each) => each.id === shown.value?.pinned_product) ?? null);
export const pinnedQuestion = computed(() => shown.value?.pinned_question ?? null);
export const announcement = computed(() => snapshot.value?.announcement ?? null);
export const viewers = computed(() => view.value.state?.viewers ?? null);
export const reactions = computed(() => view.value.state?.reactions ?? {});
export const degraded = computed(() => view.value.state?.degraded ?? false);
export const hasVideo = computed(() => show.value !== null && showHasVideo(show.value));
export const isLive = computed(() => show.value?.state === "live");
/** One may ask, react and buy: the show is live, or watched again. */
export const isOpen = computed(() => isLive.value || Boolean(show.value?.replay));
/** Nothing more will happen in the show: it has ended, or it is cancelled. */
export const isOver = computed(() => ["ended", "cancelled"].includes(show.value?.state ?? ""));

const pushListeners = new Set<(push: JournalPush) => void>();
const privateListeners = new Set<(push: PrivatePush) => void>();

let taps: Taps | null = null;
let impressions: Impressions | null = null;
let watching: ReturnType<typeof reportWatching> | null = null;
/** Whether the video plays, as its player tells. */
export const videoPlays = signal(false);

/** The show that is entered, or was asked for and may not be. */
export const shownId = (): string => show.peek()?.id ?? named ?? "";

/** The room; there is one as soon as `arrival` is `entered`, and nothing that needs it is drawn before. */
export function room(): Room {
  if (!current) throw new Error("there is no room before the show is known");
  return current;
}

export function onPush(listener: (push: JournalPush) => void): () => void {
  pushListeners.add(listener);
  return () => pushListeners.delete(listener);
}

/** Hears what concerns this viewer alone, such as how a hold of theirs stands; it may be lost. */
export function onPrivate(listener: (push: PrivatePush) => void): () => void {
  privateListeners.add(listener);
  return () => privateListeners.delete(listener);
}

export async function arrive(): Promise<void> {
  if (named) return enter(named);
  arrival.value = "finding";
  try {
    const found = await currentShows(query);
    const [only] = found;
    if (found.length === 1 && only) return enter(only.id);
    choice.value = found;
    arrival.value = only ? "choice" : "none";
  } catch {
    arrival.value = "unreachable";
    if (!place.over.aborted) setTimeout(() => void arrive(), 2_000 + Math.random() * 3_000);
  }
}

/** Where the picture is, as its player tells it: when what is seen now was made, in ms of the epoch. */
let pictureDate: () => number | null = () => null;
let hold: PictureHold | null = null;
let holding = false;
/** What was pushed lately, for a hold that is still on its way. */
let heard: Heard[] = [];
const HEARD_MS_MAX = 60_000;

export function followPicture(date: typeof pictureDate): void {
  pictureDate = date;
}

/** A show may want what belongs to its picture to come with it; what does that is loaded then. */
async function mindThePicture(next: RoomView): Promise<void> {
  const sync = next.state?.snapshot.show.picture_sync ?? "off";
  if (holding || sync === "off" || !current) return;
  holding = true;
  try {
    const { PictureHold } = await import("../sdk/picture");
    hold = new PictureHold(current, { date: () => pictureDate() }, Date.now, heard);
    heard = [];
    hold.subscribe((shown) => (view.value = shown));
  } catch {
    holding = false; // tried again with the next view
  }
}

function remember(push: JournalPush, before: Snapshot): void {
  if (hold) return;
  const at = Date.now();
  heard = [...heard.filter((each) => at - each.at < HEARD_MS_MAX).slice(-99), { push, before, at }];
}

/** While what holds is on its way, what it may have to hold stays as it is. */
function untilHeld(next: RoomView): RoomView {
  const shown = view.peek().state?.snapshot;
  if (!holding || !shown || !next.state) return next;
  const { pinned_product, pinned_question, announcement } = shown;
  const snapshot = { ...next.state.snapshot, pinned_product, pinned_question, announcement };
  return { ...next, state: { ...next.state, snapshot } };
}

function leave(): void {
  hold?.end();
  current?.stop();
  watching?.end();
}

function enter(showId: string): void {
  if (place.over.aborted) return;
  place.over.addEventListener("abort", leave);
  const { name, token: guest } = tokenStore;
  current = new Room({
    url: place.server,
    show: showId,
    token: place.wishes?.token ?? null,
    // Said at each join: consent that was taken back without a connection is told at the next one.
    wishes: {
      ...wishesOf(query),
      ...deviceId(),
      ...(name && { name }),
      remember: tokenStore.remembered,
      wording: tokenStore.wording,
      guest,
    },
    // What the page around an element says of who this is holds for as long as it says so, and is kept nowhere.
    onToken: (token, isGuests) => isGuests && tokenStore.keep({ token }),
    onPrivate: (push) => {
      for (const listener of privateListeners) listener(push);
    },
  });
  taps = new Taps(current);
  impressions = new Impressions(current);
  watching = reportWatching(current, place.wishes?.counter);
  watching.setPlaying(videoPlays.peek());
  current.subscribe((next) => {
    if (!hold) view.value = untilHeld(next);
    void mindThePicture(next);
  });
  current.onPush((push, before) => {
    remember(push, before.snapshot);
    for (const listener of pushListeners) listener(push);
  });
  batch(() => {
    arrival.value = "entered";
    current?.start();
  });
}

export function setVideoPlays(plays: boolean): void {
  videoPlays.value = plays;
  watching?.setPlaying(plays);
}

export function tap(kind: Parameters<Taps["tap"]>[0]): void {
  taps?.tap(kind);
}

export function sawProduct(product: string): void {
  impressions?.saw(product);
}

/** A product is opened: its card has been seen by then, however short. */
export function openedProduct(product: string): void {
  place.tell("product", { product: products.peek().find((each) => each.id === product) });
  sawProduct(product);
  impressions?.flush();
  current?.tell("click", { product });
}
