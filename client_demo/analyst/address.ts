// Where on the analyst's pages the person is. The whole state of a page stands in its address.
import { computed } from "@preact/signals";
import { type Place, placesUnder, type Query } from "../shared/pages/places";
import { match } from "../shared/pages/routes";

export const ROOT = "/analyst";

/** Addresses from before the pages had paths: `/analyst?show=s` is `/analyst/shows/s`, with what else the query held. */
function movedTo({ path, query }: Place): string | null {
  const show = path === ROOT ? query.get("show") : null;
  if (!show) return null;
  const rest = new URLSearchParams(query);
  rest.delete("show");
  const text = rest.toString();
  return showPath(show) + (text ? `?${text}` : "");
}

export const places = placesUnder(ROOT, movedTo);
export const { here, go } = places;

/** Changes some of the query of this page, without a step in the history; null takes a name out. */
export function stay(changes: Query): void {
  places.replace(here.value.path, { ...Object.fromEntries(here.value.query), ...changes });
}

/** The show whose report is open, and the one beside it. */
export const place = computed(() => {
  const found = match(`${ROOT}/shows/:show`, here.value.path);
  return { show: found?.show ?? null, compare: found ? here.value.query.get("compare") : null };
});

export function showPath(show: string): string {
  return `${ROOT}/shows/${encodeURIComponent(show)}`;
}
