// Where within a page of many places the person is. Each is an address under the page's root: it can be linked, reloaded and gone back to.
import { type Signal, signal } from "@preact/signals";

export interface Place {
  /** Without a slash at its end. */
  path: string;
  query: URLSearchParams;
}

export type Query = Readonly<Record<string, string | null>>;

export interface Places {
  /** The place that the address names; reading it while drawing makes the drawing follow. */
  here: Signal<Place>;
  /** Goes to a path under the root as a step of the history. */
  go: (path: string, query?: Query) => void;
  /** Changes the address without a step in the history: for filters, and after something new has got its id. */
  replace: (path: string, query?: Query) => void;
}

/** The address of a path with `query`, names without a value left out; a language that this visit was opened with goes along. */
export function addressOf(path: string, query: Query = {}): string {
  const all = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value) all.set(name, value);
  const language = new URLSearchParams(location.search).get("lang");
  if (language && !all.has("lang")) all.set("lang", language);
  const text = all.toString();
  return path + (text ? `?${text}` : "");
}

/** The places under `root`; `moved` tells where an address of before leads now, null where it stays. */
export function placesUnder(root: string, moved: (place: Place) => string | null = () => null): Places {
  const read = (): Place => ({
    path: location.pathname.replace(/\/+$/, "") || root,
    query: new URLSearchParams(location.search),
  });
  const arrive = (): Place => {
    const now = read();
    const to = moved(now);
    if (!to) return now;
    history.replaceState(history.state, "", to + location.hash);
    return read();
  };
  const here = signal(arrive());
  addEventListener("popstate", () => {
    here.value = arrive();
  });
  return {
    here,
    go: (path, query) => {
      history.pushState(null, "", addressOf(path, query));
      here.value = read();
      scrollTo(0, 0);
    },
    replace: (path, query) => {
      history.replaceState(history.state, "", addressOf(path, query));
      here.value = read();
    },
  };
}
