// What the pages about people ask for stands in their address, and is checked there: what nobody can mean falls back to the usual.
import { here, ROOT } from "../address";

/** One of `allowed` from the address, else the first of them. */
export function chosen<T extends string>(name: string, allowed: readonly [T, ...T[]]): T {
  const asked = here.value.query.get(name);
  return allowed.find((each) => each === asked) ?? allowed[0];
}

/** A day from the address, as 2026-01-05; empty: none. */
export function dayAsked(name: string): string {
  const asked = here.value.query.get(name) ?? "";
  return /^2\d{3}-\d\d-\d\d$/.test(asked) && !Number.isNaN(Date.parse(asked)) ? asked : "";
}

/** A whole number from the address, within its bounds; null: none. */
export function numberAsked(name: string, least: number, most: number): number | null {
  const asked = here.value.query.get(name);
  if (!asked || !/^\d{1,6}$/.test(asked)) return null;
  const n = Number(asked);
  return n >= least && n <= most ? n : null;
}

/** The request of a page, while it is the one that is open. */
export function pathOn(area: string, path: string, query: Readonly<Record<string, string | number | null>>): string | null {
  if (here.value.path !== `${ROOT}/${area}`) return null;
  const all = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== null && value !== "") all.set(name, String(value));
  const text = all.toString();
  return `/channel/${path}${text ? `?${text}` : ""}`;
}
