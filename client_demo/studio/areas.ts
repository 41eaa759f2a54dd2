// The areas of the studio. Each has a folder of its own with an `area.ts` in it; a folder that has one is in the studio, and nothing else
// has to know of it.
import type { Role } from "../sdk/wire";
import { type FoundIn, findIn, type Route } from "../shared/pages/routes";
import type { SignName } from "./sign";

export interface Area {
  /** Its folder; `area.<name>` in `studio.{en,ja}.json` is what navigation calls it. */
  name: string;
  sign: SignName;
  /** Its place in the navigation; null: reached by links alone. */
  rank: number | null;
  /** Whether it has a place of its own at a phone's foot; the others are behind "More". At most three have. */
  primary?: boolean;
  /** Who may come in; `everybody`: also people who are not signed in. */
  roles: readonly Role[] | "everybody";
  routes: readonly Route[];
}

const folders = import.meta.glob<{ area: Area }>("./*/area.ts", { eager: true });

export const AREAS: readonly Area[] = Object.values(folders).map(({ area }) => area);

/** What navigation shows to a role, in order. */
export function areasOf(role: Role): readonly Area[] {
  return AREAS.filter((area) => area.rank !== null && isOpenTo(area, role)).sort((a, b) => (a.rank ?? 0) - (b.rank ?? 0));
}

export function isOpenTo(area: Area, role: Role | null): boolean {
  return area.roles === "everybody" || (role !== null && area.roles.includes(role));
}

export type Found = FoundIn<Area>;

/** The page at a path; null: there is none. */
export function find(path: string, areas: readonly Area[] = AREAS): Found | null {
  return findIn(areas, path);
}
