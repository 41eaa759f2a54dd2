import { computed } from "@preact/signals";
import { place } from "../address";
import { part } from "../channel/parts";
import { keepFetched } from "../load";
import type { SeriesReport, ShowPage, ShowReport } from "../report";
import type { Breakdown, JointReport, MomentsReport } from "../report.generated";
import { listPath } from "../shows/list";
import { readPages } from "../shows/pages";
import { stepFor } from "./marks";
import { minutesAsked } from "./moments";

const LIVE_AGAIN_MS = 5_000;
const PARTS_AGAIN_MS = 15_000;
const COMPARABLE_AGAIN_MS = 300_000;

function whileProvisional(value: { provisional: boolean }): number | null {
  return value.provisional ? LIVE_AGAIN_MS : null;
}

function pathOf(show: string | null, rest: string): string | null {
  return show ? `/shows/${encodeURIComponent(show)}/${rest}` : null;
}

/** Every show that has figures, to compare with: the list to its end, while one show is looked at. */
export const comparable = keepFetched<ShowPage>(
  () => (place.value.show ? listPath({ limit: "100", state: "live,ended" }) : null),
  () => COMPARABLE_AGAIN_MS,
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

/** The minutes around each moment that the address asks for. */
export const momentsReport = keepFetched<MomentsReport>(
  () => pathOf(place.value.show, `moments?minutes=${minutesAsked()}`),
  whileProvisional,
);

/** The show in parts, once it has begun. */
export const showParts = keepFetched<Breakdown>(
  () => (step.value === null ? null : pathOf(place.value.show, `stats/breakdown?by=${part.value}`)),
  (value) => (value.provisional ? PARTS_AGAIN_MS : null),
);

/** What shows that are held as one come to together; asked for where this one is held so. */
export const jointReport = keepFetched<JointReport>(() => {
  const here = place.value.show;
  const joint = comparable.state.value.value?.shows.find(({ id }) => id === here)?.joint;
  return joint ? pathOf(here, "stats/joint") : null;
}, whileProvisional);
