// Where in the studio the person is. Every place is an address under /studio: it can be linked, reloaded and gone back to.
import { signal } from "@preact/signals";

export const ROOT = "/studio";

export interface Place {
  /** Without a slash at its end. */
  path: string;
  query: URLSearchParams;
}

function read(): Place {
  return { path: location.pathname.replace(/\/+$/, "") || ROOT, query: new URLSearchParams(location.search) };
}

/** The place that the address names; reading it while drawing makes the drawing follow. */
export const here = signal<Place>(read());

addEventListener("popstate", () => {
  here.value = read();
});

/** The address of a path with `query`; a language that this visit was opened with goes along. */
export function addressOf(path: string, query: Readonly<Record<string, string>> = {}): string {
  const all = new URLSearchParams(query);
  const language = new URLSearchParams(location.search).get("lang");
  if (language) all.set("lang", language);
  const text = all.toString();
  return path + (text ? `?${text}` : "");
}

/** Goes to a path under /studio as a step of the history. */
export function go(path: string, query: Readonly<Record<string, string>> = {}): void {
  history.pushState(null, "", addressOf(path, query));
  here.value = read();
  scrollTo(0, 0);
}

/** Changes the address without a step in the history: for filters, and after something new has got its id. */
export function stay(path: string, query: Readonly<Record<string, string>> = {}): void {
  history.replaceState(history.state, "", addressOf(path, query));
  here.value = read();
}

/**
 * What a pattern such as `/studio/products/:id` finds in a path: the parts by name, decoded; null where it does not fit. Pure.
 */
export function match(pattern: string, path: string): Record<string, string> | null {
  const wanted = pattern.split("/");
  const found = path.split("/");
  if (wanted.length !== found.length) return null;
  const params: Record<string, string> = {};
  for (const [i, part] of wanted.entries()) {
    const text = found[i] ?? "";
    if (part.startsWith(":") && text) params[part.slice(1)] = decoded(text);
    else if (part !== text) return null;
  }
  return params;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
