import { request } from "../../sdk/http";
import { here } from "../address";
import { keepFetched } from "../load";
import { chosen, dayAsked, pathOn } from "../people/query";
import type { KpiMap, MapCell, MapViewerPage } from "../report";

const AGAIN_MS = 60_000;
const PAGE = 60;
export const METRICS: readonly [MapCell["metric"], ...MapCell["metric"][]] = [
  "bought",
  "engaged",
  "clicked",
  "asked",
  "came_again",
  "watch_seconds",
  "shows",
  "orders",
  "net_minor",
  "nps",
];

export function asked() {
  return {
    by: chosen("by", ["lifecycle", "rfm", "nps", "saved", "source", "device"]),
    period: { from: dayAsked("from"), to: dayAsked("to") },
    group: here.value.query.get("group"),
    metric: chosen("metric", METRICS),
  };
}

export const map = keepFetched<KpiMap>(
  () => {
    const { by, period } = asked();
    return pathOn("map", "map", { by, ...period });
  },
  (value) => (value.provisional ? AGAIN_MS : null),
);

let pagesWanted = 1;

/** The viewers behind the open cell, as many pages of them as were asked for. */
export const viewers = keepFetched<MapViewerPage>(
  () => {
    const { by, period, group, metric } = asked();
    pagesWanted = 1;
    return group === null ? null : pathOn("map", "map/viewers", { by, group, metric, ...period, limit: PAGE });
  },
  () => null,
  readPages,
);

async function readPages(path: string, token: string): Promise<MapViewerPage> {
  const found: MapViewerPage = { viewers: [], next: null };
  for (let i = 0; i < pagesWanted; i++) {
    const page: MapViewerPage = await request(found.next ? `${path}&cursor=${encodeURIComponent(found.next)}` : path, { token });
    found.viewers.push(...page.viewers);
    found.next = page.next;
    if (!found.next) break;
  }
  return found;
}

export function more(): void {
  pagesWanted++;
  viewers.again();
}
