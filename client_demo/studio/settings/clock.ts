import { language } from "../../shared/i18n";

/** The time of day in `zone` now, with its day of the week: whoever sets a zone sees whether it is the right one. */
export function clockIn(zone: string, now = new Date()): string {
  try {
    return new Intl.DateTimeFormat(language.value, {
      timeZone: zone,
      weekday: "short",
      hour: "numeric",
      minute: "2-digit",
    }).format(now);
  } catch {
    return ""; // a zone that this browser does not know
  }
}
