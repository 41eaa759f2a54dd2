// Moments as they are written in a field, in the channel's time zone, and as the server has them, in UTC.
import { language } from "../shared/i18n";

/** How far `zone` is ahead of UTC at a moment, in ms. */
function offsetAt(ms: number, zone: string): number {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  }).formatToParts(ms);
  const part = (type: string): number => Number(parts.find((each) => each.type === type)?.value);
  const wall = Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second"));
  return wall - Math.floor(ms / 1000) * 1000;
}

/** What a field shows for a moment (RFC 3339): `2026-11-26T20:00` in `zone`; empty for none. */
export function asLocal(at: string | null | undefined, zone: string): string {
  if (!at) return "";
  const ms = Date.parse(at);
  return new Date(ms + offsetAt(ms, zone)).toISOString().slice(0, 16);
}

/**
 * The moment (RFC 3339, UTC) of what stands in a field; null for none. A time that the clocks skip is the one that it would have been; of
 * one that they show twice it is the first.
 */
export function asMoment(local: string, zone: string): string | null {
  const wall = local ? Date.parse(`${local}:00Z`) : Number.NaN;
  if (Number.isNaN(wall)) return null;
  // The offsets half a day before and after are those on both sides of a change, if there is one.
  const offsets = [offsetAt(wall - 43_200_000, zone), offsetAt(wall + 43_200_000, zone)];
  const exact = offsets.map((offset) => wall - offset).find((ms) => ms + offsetAt(ms, zone) === wall);
  return new Date(exact ?? wall - (offsets[0] ?? 0)).toISOString();
}

/** A moment as day and time in `zone`, with the zone's short name. */
export function momentIn(at: string, zone: string): string {
  return new Intl.DateTimeFormat(language.value, {
    timeZone: zone,
    year: "numeric",
    month: "short",
    day: "numeric",
    weekday: "short",
    hour: "numeric",
    minute: "2-digit",
    timeZoneName: "short",
  }).format(new Date(at));
}

/** The time zone of this device. */
export function zoneHere(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}

/** Every time zone that this browser knows, UTC, and the `present` one, whatever it is called. */
export function zones(present = "UTC"): readonly string[] {
  return [...new Set(["UTC", present, ...Intl.supportedValuesOf("timeZone")])].sort();
}
