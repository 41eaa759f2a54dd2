// Where on the analyst's pages the person is. The whole state of a page stands in its address: it can be linked, reloaded and gone back to.
import { computed, signal } from "@preact/signals";

export const ROOT = "/analyst";

export interface Here {
  /** Without a slash at its end. */
  path: string;
  query: URLSearchParams;
}

export type Query = Readonly<Record<string, string | null>>;

function read(): Here {
  return { path: location.pathname.replace(/\/+$/, "") || ROOT, query: new URLSearchParams(location.search) };
}

/** Addresses from before the pages had paths: `/analyst?show=s` is `/analyst/shows/s`, with what else the query held. */
export function movedTo(path: string, query: URLSearchParams): string | null {
  const show = path === ROOT ? query.get("show") : null;
  if (!show) return null;
  const rest = new URLSearchParams(query);
  rest.delete("show");
  const text = rest.toString();
  return `${ROOT}/shows/${encodeURIComponent(show)}${text ? `?${text}` : ""}`;
}

function arrive(): Here {
  const now = read();
  const moved = movedTo(now.path, now.query);
  if (!moved) return now;
  history.replaceState(history.state, "", moved + location.hash);
  return read();
}

/** The place that the address names; reading it while drawing makes the drawing follow. */
export const here = signal<Here>(arrive());

addEventListener("popstate", () => {
  here.value = arrive();
});

/** The address of a path with `query`, names without a value left out; a language that this visit was opened with goes along. */
export function addressOf(path: string, query: Query = {}): string {
  const all = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value) all.set(name, value);
  const language = here.value.query.get("lang");
  if (language && !all.has("lang")) all.set("lang", language);
  const text = all.toString();
  return path + (text ? `?${text}` : "");
}

/** Goes to a path as a step of the history. */
export function go(path: string, query: Query = {}): void {
  history.pushState(null, "", addressOf(path, query));
  here.value = read();
  scrollTo(0, 0);
}

/** Changes some of the query of this page, without a step in the history; null takes a name out. */
export function stay(changes: Query): void {
  const now = Object.fromEntries(here.value.query);
  history.replaceState(history.state, "", addressOf(here.value.path, { ...now, ...changes }));
  here.value = read();
}

const SHOW = /^\/analyst\/shows\/([^/]+)$/;

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The show whose report is open, and the one beside it. */
export const place = computed(() => {
  const found = SHOW.exec(here.value.path)?.[1];
  return { show: found ? decoded(found) : null, compare: found ? here.value.query.get("compare") : null };
});

export function showPath(show: string): string {
  return `${ROOT}/shows/${encodeURIComponent(show)}`;
}

/**
 * What a pattern such as `/analyst/shows/:show` finds in a path: the parts by name, decoded; null where it does not fit. Pure.
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
