import { computed, signal } from "@preact/signals";
import type { Show } from "../sdk/wire";
import { session } from "../shared/staff/session";
import { place } from "./address";
import { keepFetched } from "./load";
import { stepFor } from "./marks";
import { readPages } from "./pages";
import type { SeriesReport, ShowPage, ShowReport } from "./report";

const LIVE_AGAIN_MS = 5_000;
const LIST_AGAIN_MS = 30_000;
const LIST_PAGE = "30";

function whileProvisional(value: { provisional: boolean }): number | null {
  return value.provisional ? LIVE_AGAIN_MS : null;
}

function pathOf(show: string | null, rest: string): string | null {
  return show ? `/shows/${encodeURIComponent(show)}/${rest}` : null;
}

function listPath(filters: Record<string, string>): string | null {
  if (!session.value) return null;
  return `/shows?${new URLSearchParams({ channel: session.value.channel, ...filters })}`;
}

/** What the list is to show: words of the title, and one state or all (empty). */
export const wanted = signal<{ q: string; state: Show["state"] | "" }>({ q: "", state: "" });
let pagesWanted = 1;

/** The list, as many pages of it as were asked for; each refresh reads them all. */
export const shows = keepFetched<ShowPage>(
  () => {
    const { q, state } = wanted.value;
    return listPath({ limit: LIST_PAGE, ...(q && { q }), ...(state && { state }) });
  },
  () => LIST_AGAIN_MS,
  (path, token) => readPages(path, token, pagesWanted),
);

export function want(change: Partial<(typeof wanted)["value"]>): void {
  pagesWanted = 1;
  wanted.value = { ...wanted.value, ...change };
}

export function showMore(): void {
  pagesWanted++;
  shows.again();
}

/** Every show that has figures, to compare with: the list to its end, while one show is looked at. */
export const comparable = keepFetched<ShowPage>(
  () => (place.value.show ? listPath({ limit: "100", state: "live,ended" }) : null),
  () => LIST_AGAIN_MS * 10,
  (path, token) => readPages(path, token, Number.POSITIVE_INFINITY),
);

export const report = keepFetched<ShowReport>(() => pathOf(place.value.show, "stats"), whileProvisional);
export const otherReport = keepFetched<ShowReport>(() => pathOf(place.value.compare, "stats"), whileProvisional);

/** The step of both curves, by the length of the show that is looked at; null until that is known. */
const step = computed(() => {
  const now = report.state.value.value;
  return now?.show.started_at ? stepFor(now.show.duration_seconds ?? 0) : null;
});

function seriesPath(show: string | null): string | null {
  return step.value === null ? null : pathOf(show, `stats/series?step=${step.value}`);
}

export const series = keepFetched<SeriesReport>(() => seriesPath(place.value.show), whileProvisional);
export const otherSeries = keepFetched<SeriesReport>(() => seriesPath(place.value.compare), whileProvisional);
