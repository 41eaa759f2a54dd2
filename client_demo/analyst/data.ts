import { computed } from "@preact/signals";
import { session } from "../shared/staff/session";
import { place } from "./address";
import { keepFetched } from "./load";
import { stepFor } from "./marks";
import type { SeriesReport, ShowPage, ShowReport } from "./report";

const LIVE_AGAIN_MS = 5_000;
const LIST_AGAIN_MS = 30_000;

function whileProvisional(value: { provisional: boolean }): number | null {
  return value.provisional ? LIVE_AGAIN_MS : null;
}

function pathOf(show: string | null, rest: string): string | null {
  return show ? `/shows/${encodeURIComponent(show)}/${rest}` : null;
}

export const shows = keepFetched<ShowPage>(
  () => (session.value ? `/shows?channel=${encodeURIComponent(session.value.channel)}` : null),
  () => LIST_AGAIN_MS,
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
