// The viewer's places in line in this show, as the server last said: told by private pushes and by replies, and asked after each join where
// there may be one, since a push may be lost.
import { computed, effect, signal } from "@preact/signals";
import type { InLine, PlaceInLine, PrivatePush } from "../../../sdk";
import { draftOf, forgetKey, keepDraft, keyOf } from "../../../shared/drafts";
import { request } from "../../../shared/server";
import { followServerTime, serverNow } from "../../../shared/server_clock";
import { identity, link, onPrivate, room, show } from "../../session";

/** By place. */
const places = signal<ReadonlyMap<string, PlaceInLine>>(new Map());
/** The server's time in ms of the epoch, as long as it is somebody's turn. */
const ticking = signal(0);

const isStanding = ({ state }: PlaceInLine): boolean => state === "waiting" || state === "called";

/** By product, or variant, the place that was taken last. */
export const placeOf = computed<Readonly<Record<string, PlaceInLine>>>(() => {
  const sorted = [...places.value.values()].sort((a, b) => Date.parse(a.joined_at) - Date.parse(b.joined_at));
  return Object.fromEntries(sorted.map((place) => [place.product, place]));
});

const turns = computed(() => [...places.value.values()].filter(({ state }) => state === "called"));
const marker = (id: string): string => `line.${id}`;

/** What stands, stands until it has ended: news that was on its way longer takes nothing back. */
function take(place: PlaceInLine): void {
  const before = places.peek().get(place.place);
  if (before && !isStanding(before)) return;
  if (before?.state === "called" && place.state === "waiting") return;
  const position = place.position ?? (place.state === "waiting" ? before?.position : undefined);
  const told = position === undefined || position === null ? place : { ...place, position };
  places.value = new Map([...places.peek(), [place.place, told]]);
  keepDraft(marker(show.peek()?.id ?? ""), isStanding(place) ? "1" : "");
}

function took(product: string, reply: InLine): void {
  const { place, state, quantity, position, hold, expires_at } = reply;
  const joined_at = places.peek().get(place)?.joined_at ?? new Date(serverNow()).toISOString();
  take({
    place,
    state,
    quantity,
    product,
    joined_at,
    ...(position && { position }),
    ...(hold && { hold }),
    ...(expires_at && { expires_at }),
  });
}

/** For how long the units are still theirs, in ms. */
export function leftMs({ expires_at }: PlaceInLine): number {
  return Date.parse(expires_at ?? "") - (ticking.value || serverNow());
}

export async function joinLine(product: string, quantity: number): Promise<void> {
  const wish = `${product}.${quantity}`;
  const key = keyOf("waitlist", wish);
  const reply = await room().command("waitlist.join", { product, quantity, key });
  forgetKey("waitlist", wish);
  took(product, reply);
}

export async function leaveLine(product: string): Promise<void> {
  took(product, await room().command("waitlist.leave", { product }));
}

async function load(id: string): Promise<void> {
  const token = identity.peek()?.token;
  if (!token) return;
  const found = await request<{ places: PlaceInLine[] }>(`/shows/${encodeURIComponent(id)}/waitlist`, { token }).catch(
    () => null,
  );
  for (const place of found?.places ?? []) take(place);
}

function hear(push: PrivatePush): void {
  if (push.type === "waitlist.changed") take(push.place);
}

/** To be called once. */
export function followWaitlist(): void {
  onPrivate(hear);
  const joined = computed(() => (link.value.is === "joined" && identity.value ? (show.value?.id ?? "") : ""));
  effect(() => {
    // Whoever has no place asks for none: a show's beginning is no storm of questions.
    if (joined.value && (draftOf(marker(joined.value)) || places.peek().size > 0)) void load(joined.value);
  });
  const timedAt = computed(() => (turns.value.length > 0 ? `/v1/shows/${encodeURIComponent(show.value?.id ?? "")}` : null));
  effect(() => {
    if (timedAt.value === null) return;
    return followServerTime(timedAt.value, (told) => {
      ticking.value = told;
    });
  });
}
