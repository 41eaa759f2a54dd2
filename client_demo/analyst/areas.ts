// The areas of the analyst's pages. Each has a folder of its own with an `area.ts` in it; a folder that has one is in the navigation, and
// nothing else has to know of it but `area.<name>` in `analyst.{en,ja}.json`, which is what navigation calls it.
import { type FoundIn, findIn, type Route } from "../shared/pages/routes";

export interface Area {
  name: string;
  /** Its place in the navigation: tens, so that others fit between. */
  rank: number;
  /** The first is where navigation leads. */
  routes: readonly Route[];
}

export type Found = FoundIn<Area>;

const folders = import.meta.glob<{ area: Area }>("./*/area.ts", { eager: true });

export const AREAS: readonly Area[] = Object.values(folders)
  .map(({ area }) => area)
  .sort((a, b) => a.rank - b.rank);

/** The page at a path; null: there is none. */
export function find(path: string, areas: readonly Area[] = AREAS): Found | null {
  return findIn(areas, path);
}
