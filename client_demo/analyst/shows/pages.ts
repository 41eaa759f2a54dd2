import { request } from "../../sdk/http";
import type { ShowPage } from "../report";

/** Reads up to `pages` pages of a list of shows, one behind the other; each show once, though the list may move meanwhile. */
export async function readPages(
  path: string,
  token: string,
  pages: number,
  read: (path: string) => Promise<ShowPage> = (each) => request<ShowPage>(each, { token }),
): Promise<ShowPage> {
  const found = new Map<string, ShowPage["shows"][number]>();
  let next: string | null = null;
  for (let i = 0; i < pages; i++) {
    const page: ShowPage = await read(next ? `${path}&cursor=${encodeURIComponent(next)}` : path);
    for (const show of page.shows) found.set(show.id, show);
    next = page.next;
    if (!next) break;
  }
  return { shows: [...found.values()], next };
}
