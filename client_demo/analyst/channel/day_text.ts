import { language } from "../../shared/i18n";

/** A day of the channel's zone, which has no time: 26 Nov, Nov 2026 for a month, 26 Nov 2026 in full. */
export function dayText(day: string, as: "day" | "week" | "month" | "full"): string {
  const parts: Intl.DateTimeFormatOptions =
    as === "month"
      ? { month: "short", year: "numeric" }
      : as === "full"
        ? { dateStyle: "medium" }
        : { month: "short", day: "numeric" };
  return new Intl.DateTimeFormat(language.value, { ...parts, timeZone: "UTC" }).format(new Date(`${day}T00:00:00Z`));
}
