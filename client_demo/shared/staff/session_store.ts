// Where a staff session is kept: in this tab, so that a reload stays who it was although a colleague signs in beside it, and on the device,
// for the next tab. Each page has a place of its own there: a host and an analyst may be signed in side by side.
import type { Role } from "../../sdk/wire";

/** Who is signed in: the token and what the server said of it. */
export interface Session {
  token: string;
  viewer: string;
  name: string;
  role: Role;
  channel: string;
  expiresAt: string;
}

/** An exchange of a code whose answer has not been kept yet. */
interface Exchange {
  code: string;
  key: string;
  at: number;
}

const PLACE = "showfloor.session";
const CHANNEL = "showfloor.channel";
const EXCHANGE = "showfloor.exchange";
/** As long as a code may be used: afterwards its exchange cannot have begun. */
const EXCHANGE_HELD_MS = 15 * 60_000;

const page = typeof location === "undefined" ? "" : (location.pathname.split("/")[1] ?? "");
const placeOf = (name: string): string => `${PLACE}.${name}`;
export type StaffPage = "studio" | "host" | "analyst";
export const PAGES: readonly StaffPage[] = ["studio", "host", "analyst"];
/** Who has business on a page, so that a session of another page is of use there. */
export const AT_HOME: Readonly<Record<StaffPage, readonly Role[]>> = {
  host: ["moderator", "host", "admin"],
  analyst: ["analyst", "host", "admin"],
  studio: ["host", "admin"],
};

function read<T>(storage: () => Storage, place: string): T | null {
  try {
    return JSON.parse(storage().getItem(place) ?? "null") as T | null;
  } catch {
    return null; // storage is off, or holds what is not ours
  }
}

function write(storage: () => Storage, place: string, next: object | null): void {
  try {
    if (next) storage().setItem(place, JSON.stringify(next));
    else storage().removeItem(place);
  } catch {
    // Storage is off: the session lasts as long as the page.
  }
}

const device = (): Storage => localStorage;
const tab = (): Storage => sessionStorage;
const alive = (found: Session | null): found is Session => found !== null && Date.parse(found.expiresAt) > Date.now();

/** This tab's own session, else the one of this page on the device, else one of another page. */
export function readSession(): Session | null {
  const own = read<Session>(tab, PLACE);
  if (alive(own)) return own;
  const kept = read<Session>(device, placeOf(page));
  if (alive(kept)) return kept;
  const others = PAGES.map((each) => read<Session>(device, placeOf(each))).filter(alive);
  return others.find((each) => AT_HOME[page as StaffPage]?.includes(each.role)) ?? null;
}

/** Keeps a session in this tab and for the next one; null takes it away from both, where it was the same person's. */
export function keepSession(next: Session | null): void {
  const before = read<Session>(tab, PLACE);
  write(tab, PLACE, next);
  if (next) write(device, CHANNEL, { id: next.channel });
  if (next) write(device, placeOf(page), next);
  else if (before) forgetOnDevice(before.viewer);
}

/** The channel that somebody was signed in to last on this device; null: none. */
export function lastChannel(): string | null {
  return read<{ id: string }>(device, CHANNEL)?.id ?? null;
}

function forgetOnDevice(viewer: string): void {
  for (const each of PAGES) {
    if (read<Session>(device, placeOf(each))?.viewer === viewer) write(device, placeOf(each), null);
  }
}

export function holdExchange(exchange: Exchange): void {
  write(device, EXCHANGE, exchange);
}

export function forgetExchange(): void {
  write(device, EXCHANGE, null);
}

export function heldExchange(): Exchange | null {
  const found = read<Exchange>(device, EXCHANGE);
  return found && found.at + EXCHANGE_HELD_MS > Date.now() ? found : null;
}

const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(PLACE);

/** Tells the other tabs that this person has signed out. */
export function tellSignedOut(viewer: string): void {
  forgetOnDevice(viewer);
  channel?.postMessage({ signedOut: viewer });
}

/** Follows the other tabs: a session of this page that was kept, and people who signed out. */
export function watchSessions(listener: { onKept(next: Session): void; onSignedOut(viewer: string): void }): void {
  channel?.addEventListener("message", (event: MessageEvent<{ signedOut?: string }>) => {
    if (event.data.signedOut) listener.onSignedOut(event.data.signedOut);
  });
  window.addEventListener("storage", (event) => {
    if (event.key !== placeOf(page)) return;
    const next = read<Session>(device, placeOf(page));
    if (alive(next)) listener.onKept(next);
    else if (!next) {
      const gone = JSON.parse(event.oldValue ?? "null") as Session | null;
      if (gone) listener.onSignedOut(gone.viewer);
    }
  });
}
