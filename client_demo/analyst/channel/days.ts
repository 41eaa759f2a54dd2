import { here } from "../address";

const NAMES = ["from", "to", "with_from", "with_to"] as const;
const DAY = /^\d{4}-\d\d-\d\d$/;

/** The part of the query that names the periods, as the server takes it; empty for the month so far. */
export function periodQuery(): URLSearchParams {
  const query = new URLSearchParams();
  for (const name of NAMES) {
    const value = here.value.query.get(name);
    if (value && DAY.test(value)) query.set(name, value);
  }
  return query;
}

/** Which day it is in a time zone, as 2026-11-26. */
export function dayIn(zone: string, at: string): string {
  return new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" }).format(
    new Date(at),
  );
}

/** A day some days, or months, away. Pure: days have no time zone. */
export function moved(day: string, by: { days?: number; months?: number }): string {
  const [y = 1970, m = 1, d = 1] = day.split("-").map(Number);
  return new Date(Date.UTC(y, m - 1 + (by.months ?? 0), d + (by.days ?? 0))).toISOString().slice(0, 10);
}

export type Preset = "month" | "last_month" | "days30" | "days90" | "year";
export const PRESETS: readonly Preset[] = ["month", "last_month", "days30", "days90", "year"];

/** The days of a preset; the month so far is what the server takes without any. */
export function daysOf(preset: Preset, today: string): { from: string | null; to: string | null } {
  const first = `${today.slice(0, 7)}-01`;
  switch (preset) {
    case "month":
      return { from: null, to: null };
    case "last_month":
      return { from: moved(first, { months: -1 }), to: moved(first, { days: -1 }) };
    case "days30":
      return { from: moved(today, { days: -29 }), to: today };
    case "days90":
      return { from: moved(today, { days: -89 }), to: today };
    case "year":
      return { from: moved(moved(today, { days: 1 }), { months: -12 }), to: today };
  }
}

/** A step that cuts so many days into a picture of a few dozen points. */
export function stepFor(from: string, to: string): "day" | "week" | "month" {
  const days = (Date.parse(to) - Date.parse(from)) / 86_400_000 + 1;
  return days <= 45 ? "day" : days <= 200 ? "week" : "month";
}
