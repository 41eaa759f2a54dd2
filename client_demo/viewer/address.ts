import type { JoinWishes, Show } from "../sdk";
import { request } from "../shared/server";
import { asKeptLine, firstOf } from "../shared/writing";
import { madeHere } from "./made_links";

const CHANNEL_OF_THE_DEMO = "demo";
const SOURCE_CHARACTERS_MAX = 64;

/** What a link brought along, cut to what the wire allows: where the viewer came from, and who shared it. */
export function wishesOf(query: URLSearchParams): JoinWishes {
  const source = firstOf(asKeptLine(query.get("utm_source") ?? ""), SOURCE_CHARACTERS_MAX);
  const share = query.get("share");
  return {
    ...(source && { source }),
    ...(share && /^[A-Za-z0-9_-]{1,40}$/.test(share) && { share, ...(madeHere(share) && { own_share: true }) }),
  };
}

/** The show that the address names, as `/shows/{show}`, or `/embed/shows/{show}` in a frame; null at `/`. */
export function showOf(path: string): string | null {
  const found = /^(?:\/embed)?\/shows\/([^/]+)\/?$/.exec(path);
  return found?.[1] ? decodeURIComponent(found[1]) : null;
}

/** The channel whose shows are meant at `/`. */
export function channelOf(query: URLSearchParams): string {
  return query.get("channel") ?? CHANNEL_OF_THE_DEMO;
}

/** The first shows of a channel in one state, in the order that a person looks for them: planned ones soonest first, others newest first. */
export async function showsOf(channel: string, state: Show["state"], limit: number): Promise<Show[]> {
  const order = state === "scheduled" ? "soonest" : "newest";
  const asked = new URLSearchParams({ channel, state, order, limit: String(limit) });
  return (await request<{ shows: Show[] }>(`/shows?${asked}`)).shows;
}

/** The show to enter at `/`: the channel's live one, else the next, else the newest that ended. Several live ones are a choice. */
export async function currentShows(query: URLSearchParams): Promise<Show[]> {
  const channel = channelOf(query);
  const live = await showsOf(channel, "live", CHOICE_MAX);
  if (live.length > 0) return live;
  const [next] = await showsOf(channel, "scheduled", 1);
  const found = next ?? (await showsOf(channel, "ended", 1))[0];
  return found ? [found] : [];
}

const CHOICE_MAX = 12;
