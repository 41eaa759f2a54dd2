// One word to the server for each time that this page was opened, without cookies: what led here, and the viewer's token, of which the
// server keeps an id only where the person agreed or is signed in.
import { embedded, place } from "../shared/place";
import { channel, identity, show } from "./session";

const CAMPAIGN = ["source", "medium", "campaign", "term", "content"] as const;
let told = false;

/** Tells it the first time it is called. Whether it arrives makes no difference to the page. */
export function tellPageView(): void {
  const about = show.peek() ? { show: show.peek()?.id } : { channel: channel.peek() };
  if (told || !Object.values(about)[0]) return;
  told = true;
  const query = new URLSearchParams(location.search);
  const words = CAMPAIGN.map((word) => [word, query.get(`utm_${word}`)?.slice(0, 256)] as const).filter(([, said]) => said);
  const body = {
    page: pageKind(),
    ...about,
    token: identity.peek()?.token,
    referrer: hostOf(document.referrer),
    ...Object.fromEntries(words),
    age_ms: Math.round(performance.now()),
  };
  const options = { method: "POST", body: JSON.stringify(body), keepalive: true, credentials: "omit" } as const;
  void fetch(`${place.server}/v1/page-views`, options).catch(() => undefined);
}

function pageKind(): string {
  if (embedded) return "element";
  if (!show.peek()) return "channel";
  return location.pathname.startsWith("/embed/") ? "frame" : "viewer";
}

/** The rest of an address is nobody's business. */
function hostOf(address: string): string | undefined {
  try {
    return new URL(address).host || undefined;
  } catch {
    return undefined;
  }
}
