import { computed } from "@preact/signals";
import { here } from "../address";
import { periodQuery } from "../channel/days";
import { keepFetched } from "../load";
import type { ShowPage } from "../report";
import type { Comparison } from "../report.generated";
import { listPath } from "../shows/list";
import { readPages } from "../shows/pages";

const LIVE_AGAIN_MS = 15_000;
const open = computed(() => here.value.path === "/analyst/compare");

/** Whether two shows are compared, or two periods; by what the address names. */
export const comparesShows = computed(() => here.value.query.has("a") || here.value.query.get("of") === "shows");

export const compared = keepFetched<Comparison>(
  () => {
    if (!open.value) return null;
    if (!comparesShows.value) return `/channel/stats/compare?${periodQuery()}`;
    const [a, b] = [here.value.query.get("a"), here.value.query.get("b")];
    return a && b ? `/shows/compare?${new URLSearchParams({ a, b })}` : null;
  },
  (value) => (value.provisional ? LIVE_AGAIN_MS : null),
);

/** Every show that has figures, to choose from. */
export const choices = keepFetched<ShowPage>(
  () => (open.value && comparesShows.value ? listPath({ limit: "100", state: "live,ended" }) : null),
  () => null,
  (path, token) => readPages(path, token, Number.POSITIVE_INFINITY),
);
