import { language } from "./i18n";

/** Minutes and seconds that are left, and hours where there are any. */
export function lasting(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const two = (n: number): string => String(n).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** A moment (RFC 3339) as time of day with its seconds. */
export function clock(at: string): string {
  return new Intl.DateTimeFormat(language.value, { hour: "numeric", minute: "2-digit", second: "2-digit" }).format(new Date(at));
}
