// The channel's shows by how they stand: what runs, what is planned, what is over, each page by page.
import { signal } from "@preact/signals";
import { request } from "../sdk/http";
import { RefusedError } from "../sdk/refused";
import type { Show, ShowState } from "../sdk/wire";
import { session, signOut } from "../shared/staff/session";

export interface Part {
  shows: readonly Show[];
  /** Where the next page begins; null: there is none. */
  next: string | null;
}

/** What can be run, or was: drafts are the studio's, and what is cancelled is nobody's. */
export type Listed = Exclude<ShowState, "draft" | "cancelled">;
export type Parts = Readonly<Record<Listed, Part>>;

export const STATES: readonly Listed[] = ["live", "rehearsal", "scheduled", "ended"];
const ORDER: Readonly<Record<Listed, string>> = { live: "newest", rehearsal: "soonest", scheduled: "soonest", ended: "newest" };

/** What was found; null: nothing is known yet. */
export const parts = signal<Parts | null>(null);
/** Why the last request failed, as a code. */
export const failure = signal<string | null>(null);
/** Counts searches: only the answer to the newest one is shown. */
let searches = 0;

async function fetchPart(state: Listed, search: string, cursor: string | null): Promise<Part> {
  const now = session.peek();
  const query = new URLSearchParams({
    channel: now?.channel ?? "",
    state,
    order: ORDER[state],
    ...(search && { q: search }),
    ...(cursor && { cursor }),
  });
  return request<{ shows: Show[]; next: string | null }>(`/shows?${query}`, { token: now?.token });
}

function explain(error: unknown): void {
  const { code, refusal } = error instanceof RefusedError ? error : new RefusedError("unknown", "");
  if (refusal.retry === "stop") signOut(code);
  failure.value = code;
}

/** Finds the shows whose titles hold the words of `search`. Resolves to them, or to null when that failed or another search began. */
export async function findShows(search: string): Promise<Parts | null> {
  const mine = ++searches;
  failure.value = null;
  try {
    const [live, rehearsal, scheduled, ended] = await Promise.all([
      fetchPart("live", search, null),
      fetchPart("rehearsal", search, null),
      fetchPart("scheduled", search, null),
      fetchPart("ended", search, null),
    ]);
    if (mine !== searches) return null;
    parts.value = { live, rehearsal, scheduled, ended };
    return parts.value;
  } catch (error) {
    if (mine === searches) explain(error);
    return null;
  }
}

/** Fetches the next page of one part. */
export async function findMore(state: Listed, search: string): Promise<void> {
  const mine = searches;
  const before = parts.peek();
  if (!before?.[state].next) return;
  try {
    const page = await fetchPart(state, search, before[state].next);
    const now = parts.peek();
    if (mine !== searches || !now) return;
    parts.value = { ...now, [state]: joinPages(now[state], page) };
  } catch (error) {
    explain(error);
  }
}

/** A part with one page more; a show that moved between two pages is there once. Pure. */
export function joinPages(part: Part, page: Part): Part {
  const known = new Set(part.shows.map((show) => show.id));
  return { shows: [...part.shows, ...page.shows.filter((show) => !known.has(show.id))], next: page.next };
}
