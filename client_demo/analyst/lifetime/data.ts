import { keepFetched } from "../load";
import { chosen, dayAsked, numberAsked, pathOn } from "../people/query";
import type { LifetimeReport } from "../report";

const AGAIN_MS = 60_000;
export const HORIZON_MOST = 1825;
export const HORIZON_DAYS = 365;
export const DISCOUNT_PERCENT = 10;

export function asked() {
  return {
    interval: chosen("interval", ["month", "week"]),
    horizon: numberAsked("horizon", 1, HORIZON_MOST),
    discount: numberAsked("discount", 0, 100),
  };
}

export const lifetime = keepFetched<LifetimeReport>(
  () => {
    const { interval, horizon, discount } = asked();
    return pathOn("lifetime", "lifetime", {
      interval,
      from: dayAsked("from"),
      to: dayAsked("to"),
      horizon_days: horizon,
      discount: discount === null ? null : discount / 100,
    });
  },
  (value) => (value.provisional ? AGAIN_MS : null),
);
