import { here, place, ROOT } from "../address";
import { keepFetched } from "../load";
import { chosen, dayAsked } from "../people/query";
import type { VisitsReport, WordOfMouthReport } from "../report.generated";

const AGAIN_MS = 10_000;
export const DIMENSIONS = ["source", "referrer", "campaign", "medium", "content", "term", "device", "page", "site", "phase"] as const;

export const dimension = () => chosen("by", DIMENSIONS);

/** The show that one of these pages is about; null: a period. */
export function showAsked(): string | null {
  const show = here.value.query.get("show") ?? "";
  return /^[A-Za-z0-9_-]{1,40}$/.test(show) ? show : null;
}

function whileProvisional(value: { provisional: boolean }): number | null {
  return value.provisional ? AGAIN_MS : null;
}

/** What is asked for while the page `area`, or a show's report, is open. */
function pathOn(area: string): string | null {
  const { show } = place.value;
  if (show) return `/shows/${encodeURIComponent(show)}/${area}`;
  if (here.value.path !== `${ROOT}/${area}`) return null;
  const of = showAsked();
  if (of) return `/shows/${of}/${area}`;
  const days = new URLSearchParams();
  for (const name of ["from", "to"]) if (dayAsked(name)) days.set(name, dayAsked(name));
  return `/channel/${area}${days.size ? `?${days}` : ""}`;
}

export const visits = keepFetched<VisitsReport>(() => pathOn("visits"), whileProvisional);
export const wordOfMouth = keepFetched<WordOfMouthReport>(() => pathOn("word-of-mouth"), whileProvisional);

/** The show that one of these pages is about. */
export const about = keepFetched<{ title: string }>(
  () => {
    const of = here.value.path === `${ROOT}/visits` || here.value.path === `${ROOT}/word-of-mouth` ? showAsked() : null;
    return of && `/shows/${of}`;
  },
  () => null,
);
