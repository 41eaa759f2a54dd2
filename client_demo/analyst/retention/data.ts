import { keepFetched } from "../load";
import { chosen, dayAsked, numberAsked, pathOn } from "../people/query";
import type { ChurnReport, RetentionReport } from "../report";

const AGAIN_MS = 60_000;
export const WINDOW_MOST = 3650;

/** What the page is asked for; the first of each is the usual. */
export function asked() {
  return {
    born: chosen("born", ["view", "purchase"]),
    back: chosen("back", ["view", "purchase"]),
    interval: chosen("interval", ["week", "month", "day"]),
    of: chosen("of", ["purchase", "view"]),
    days: numberAsked("days", 1, WINDOW_MOST),
  };
}

function whileProvisional(value: { provisional: boolean }): number | null {
  return value.provisional ? AGAIN_MS : null;
}

export const retention = keepFetched<RetentionReport>(() => {
  const { born, back, interval } = asked();
  return pathOn("retention", "retention", { born, back, interval, from: dayAsked("from"), to: dayAsked("to") });
}, whileProvisional);

export const churn = keepFetched<ChurnReport>(() => {
  const { of, days } = asked();
  return pathOn("retention", "churn", { of, days });
}, whileProvisional);
