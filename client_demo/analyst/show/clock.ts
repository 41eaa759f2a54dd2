import { signal } from "@preact/signals";
import { duration } from "../../shared/format";
import { language } from "../../shared/i18n";
import type { ReportedShow } from "../report";
import { t, zoneName } from "../text";

/** Whether charts run by the time of day or from the show's start. Two shows can only be laid over each other from the start. */
export const axisTime = signal<"clock" | "elapsed">("clock");

/** Distances between marks of a time axis that people count in, in seconds. */
export const TIME_STEPS: readonly number[] = [10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400];

/** How times of a show stand on an axis: `shift` is added to seconds since the start, so that round times of day fall on round numbers. */
export interface TimeAxis {
  shift: number;
  title: string;
  text: (x: number) => string;
}

export function timeAxisOf(show: ReportedShow, comparing: boolean): TimeAxis {
  if (comparing || axisTime.value === "elapsed" || !show.started_at) {
    return { shift: 0, title: t("axis.elapsed"), text: duration };
  }
  const start = new Date(show.started_at);
  const midnight = new Date(start.getFullYear(), start.getMonth(), start.getDate()).getTime();
  const format = new Intl.DateTimeFormat(language.value, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const precise = new Intl.DateTimeFormat(language.value, {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  });
  return {
    shift: (start.getTime() - midnight) / 1000,
    title: t("axis.clock", { zone: zoneName(start) }),
    text: (x) => (x % 60 ? precise : format).format(midnight + x * 1000),
  };
}

/** A point of a show both ways: 20:15:30, 0:15:30 after the start. */
export function sayTime(show: ReportedShow, t0: number): string {
  if (!show.started_at) return duration(t0);
  const at = new Date(new Date(show.started_at).getTime() + t0 * 1000);
  const clock = new Intl.DateTimeFormat(language.value, {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  }).format(at);
  return t("point.time", { clock, elapsed: duration(t0) });
}
