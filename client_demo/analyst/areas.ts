// The areas of the analyst's pages. Each has a folder of its own with an `area.ts` in it; a folder that has one is in the navigation, and
// nothing else has to know of it but `area.<name>` in `analyst.{en,ja}.json`, which is what navigation calls it.
import type { ComponentType } from "preact";
import { match } from "./address";

export interface PageProps {
  /** The parts of the address that the route names, decoded. */
  params: Readonly<Record<string, string>>;
  query: URLSearchParams;
}

export interface Route {
  /** Such as `/analyst/shows/:show`. */
  path: string;
  /** Loads the page when it is first gone to. */
  page: () => Promise<{ default: ComponentType<PageProps> }>;
}

export interface Area {
  name: string;
  /** Its place in the navigation: tens, so that others fit between. */
  rank: number;
  /** The first is where navigation leads. */
  routes: readonly Route[];
}

export interface Found {
  area: Area;
  route: Route;
  params: Readonly<Record<string, string>>;
}

const folders = import.meta.glob<{ area: Area }>("./*/area.ts", { eager: true });

export const AREAS: readonly Area[] = Object.values(folders)
  .map(({ area }) => area)
  .sort((a, b) => a.rank - b.rank);

/** The page at a path; null: there is none. */
export function find(path: string, areas: readonly Area[] = AREAS): Found | null {
  for (const area of areas) {
    for (const route of area.routes) {
      const params = match(route.path, path);
      if (params) return { area, route, params };
    }
  }
  return null;
}
