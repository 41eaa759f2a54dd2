import { signal } from "@preact/signals";
import type { Show } from "../../sdk/wire";
import { session } from "../../shared/staff/session";
import { here } from "../address";
import { keepFetched } from "../load";
import type { ShowPage } from "../report";
import { readPages } from "./pages";

const AGAIN_MS = 30_000;
const PAGE = "30";

/** The address of a list of the channel's shows; null while nobody is signed in. */
export function listPath(filters: Record<string, string>): string | null {
  if (!session.value) return null;
  return `/shows?${new URLSearchParams({ channel: session.value.channel, ...filters })}`;
}

/** What the list is to show: words of the title, and one state or all (empty). */
export const wanted = signal<{ q: string; state: Show["state"] | "" }>({ q: "", state: "" });
let pagesWanted = 1;

/** The list, as many pages of it as were asked for; each refresh reads them all. */
export const shows = keepFetched<ShowPage>(
  () => {
    if (here.value.path !== "/analyst/shows") return null;
    const { q, state } = wanted.value;
    return listPath({ limit: PAGE, ...(q && { q }), ...(state && { state }) });
  },
  () => AGAIN_MS,
  (path, token) => readPages(path, token, pagesWanted),
);

export function want(change: Partial<(typeof wanted)["value"]>): void {
  pagesWanted = 1;
  wanted.value = { ...wanted.value, ...change };
}

export function showMore(): void {
  pagesWanted++;
  shows.again();
}
