import { request } from "../../sdk/http";
import { send } from "../../shared/staff/ask";
import { session } from "../../shared/staff/session";
import { here } from "../address";
import { keepFetched } from "../load";
import { dayAsked, pathOn } from "../people/query";
import type { BuiltInReport, Preview, SegmentBody, SegmentPage, ViewerPage } from "../report";
import type { Rule } from "./rule";

const AGAIN_MS = 60_000;
const SAVED_MOST = 100;
const PEOPLE_MOST = 100;

/** As of the end of which day of the channel's zone; null: now. */
export function asOf(): string | null {
  return dayAsked("as_of") || null;
}

export const builtIn = keepFetched<BuiltInReport>(
  () => pathOn("segments", "segments/built-in", { as_of: asOf() }),
  (value) => (value.provisional ? AGAIN_MS : null),
);

export const saved = keepFetched<SegmentPage>(
  () => pathOn("segments", "segments", { limit: SAVED_MOST }),
  () => null,
);

/** Which segment is open: an id, `new`, or none. */
export function opened(): string | null {
  return here.value.query.get("segment");
}

/** How many a rule holds for. Throws `RefusedError`. */
export function preview(rule: Rule): Promise<Preview> {
  const as_of = asOf();
  return request<Preview>("/channel/segments/preview", { token: token(), body: { rule, ...(as_of && { as_of }) } });
}

/** Saves a new segment, or what has changed of one that was read in `version`. Throws `RefusedError`. */
export async function save(name: string, rule: Rule, now: SegmentBody | null): Promise<SegmentBody> {
  if (!now) return request<SegmentBody>("/channel/segments", { token: token(), body: { name, rule }, key: crypto.randomUUID() });
  return send<SegmentBody>(placeOf(now), { method: "PATCH", version: now.version, body: { name, rule } });
}

/** Reads the ids of all who are in a segment, as of the page's day. Throws `RefusedError`. */
export async function readPeople(id: string): Promise<string[]> {
  const people: string[] = [];
  const path = `/channel/segments/${encodeURIComponent(id)}/viewers`;
  const wanted = new URLSearchParams({ limit: String(PEOPLE_MOST), ...(asOf() && { as_of: asOf() ?? "" }) });
  for (let next: string | null = ""; next !== null; ) {
    if (next) wanted.set("cursor", next);
    const page: ViewerPage = await request<ViewerPage>(`${path}?${wanted}`, { token: token() });
    people.push(...page.viewers);
    next = page.next;
  }
  return people;
}

export async function remove(segment: SegmentBody): Promise<void> {
  await send(placeOf(segment), { method: "DELETE", version: segment.version });
}

function token(): string {
  return session.value?.token ?? "";
}

function placeOf({ id }: SegmentBody): string {
  return `/channel/segments/${encodeURIComponent(id)}`;
}
