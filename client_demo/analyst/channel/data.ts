import { computed } from "@preact/signals";
import { here } from "../address";
import { keepFetched } from "../load";
import type { Breakdown, ChannelReport, Comparison } from "../report.generated";
import { dayIn, moved, periodQuery, stepFor } from "./days";
import { part } from "./parts";

const LIVE_AGAIN_MS = 15_000;
const open = computed(() => here.value.path === "/analyst");
const again = (value: { provisional: boolean }): number | null => (value.provisional ? LIVE_AGAIN_MS : null);

/** The period beside the one before. */
export const comparison = keepFetched<Comparison>(() => (open.value ? `/channel/stats/compare?${periodQuery()}` : null), again);

const known = computed(() => comparison.state.value.value);

/** The day up to which the last shows are looked for, and since when; by the channel's days. */
const lately = computed(() => {
  const now = known.value;
  if (!now?.a.period) return null;
  const today = dayIn(now.time_zone, now.as_of);
  return { from: moved(today, { days: -179 }), to: today };
});

export const STEPS = ["day", "week", "month"] as const;

export const step = computed(() => {
  const asked = STEPS.find((each) => each === here.value.query.get("by"));
  const period = known.value?.a.period;
  return asked ?? (period ? stepFor(period.first, period.last) : "day");
});

export const steps = keepFetched<ChannelReport>(() => {
  const period = known.value?.a.period;
  if (!open.value || !period) return null;
  return `/channel/stats?${new URLSearchParams({ from: period.first, to: period.last, by: step.value })}`;
}, again);

export const lastShows = keepFetched<ChannelReport>(() => {
  if (!open.value || !lately.value) return null;
  return `/channel/stats?${new URLSearchParams({ ...lately.value, by: "show" })}`;
}, again);

export const parts = keepFetched<Breakdown>(() => {
  const period = known.value?.a.period;
  if (!open.value || !period) return null;
  return `/channel/stats/breakdown?${new URLSearchParams({ from: period.first, to: period.last, by: part.value })}`;
}, again);
