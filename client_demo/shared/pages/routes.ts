// Which page is at a path: routes in groups, whose pages are loaded when they are first gone to.
import type { ComponentType } from "preact";

export interface PageProps {
  /** The parts of the address that the route names, decoded. */
  params: Readonly<Record<string, string>>;
  query: URLSearchParams;
}

export interface Route {
  /** Such as `/studio/products/:id`. A route without names is found before one with. */
  path: string;
  /** Loads the page when it is first gone to. */
  page: () => Promise<{ default: ComponentType<PageProps> }>;
}

export interface FoundIn<Group> {
  area: Group;
  route: Route;
  params: Readonly<Record<string, string>>;
}

/** The page at a path, and the group that it is of; null: there is none. Pure. */
export function findIn<Group extends { routes: readonly Route[] }>(
  groups: readonly Group[],
  path: string,
): FoundIn<Group> | null {
  let found: FoundIn<Group> | null = null;
  for (const area of groups) {
    for (const route of area.routes) {
      const params = match(route.path, path);
      if (!params) continue;
      if (Object.keys(params).length === 0) return { area, route, params };
      found ??= { area, route, params };
    }
  }
  return found;
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

/** A part of a path as text; as it stands where it is no proper encoding. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
