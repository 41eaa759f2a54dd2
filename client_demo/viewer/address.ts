import { type JoinWishes, request, type Show } from "../sdk";
import { asKeptLine, firstOf } from "../shared/writing";

const CHANNEL_OF_THE_DEMO = "demo";
const SOURCE_CHARACTERS_MAX = 64;

/** What a link brought along, cut to what the wire allows: where the viewer came from, and who shared it. */
export function wishesOf(query: URLSearchParams): JoinWishes {
  const source = firstOf(asKeptLine(query.get("utm_source") ?? ""), SOURCE_CHARACTERS_MAX);
  const share = query.get("share");
  return {
    ...(source && { source }),
    ...(share && /^[A-Za-z0-9_-]{1,40}$/.test(share) && { share }),
  };
}

/** The show that the address names, as `/shows/{show}`; null at `/`. */
export function showOf(path: string): string | null {
  const found = /^\/shows\/([^/]+)\/?$/.exec(path);
  return found?.[1] ? decodeURIComponent(found[1]) : null;
}

/** The show to enter at `/`: the channel's live one, else the next, else the newest that ended. Null when there is none. */
export async function currentShow(query: URLSearchParams): Promise<string | null> {
  const channel = query.get("channel") ?? CHANNEL_OF_THE_DEMO;
  const { shows } = await request<{ shows: Show[] }>(`/shows?channel=${encodeURIComponent(channel)}`);
  const of = (state: Show["state"]): Show[] => shows.filter((show) => show.state === state);
  const next = of("scheduled").sort((a, b) => ((a.starts_at ?? "") < (b.starts_at ?? "") ? -1 : 1));
  return (of("live")[0] ?? next[0] ?? shows[0])?.id ?? null;
}
