import { refusedBy, request } from "../../sdk/http";
import { RefusedError } from "../../sdk/refused";
import { session } from "../../shared/staff/session";
import { here } from "../address";
import { keepFetched } from "../load";
import { dayAsked, pathOn } from "../people/query";
import type { BuiltInReport, Preview, SegmentBody, SegmentPage } from "../report";
import type { Rule } from "./rule";

const AGAIN_MS = 60_000;
const SAVED_MOST = 100;

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
  const answer = await send("PATCH", now, { name, rule });
  return (await answer.json()) as SegmentBody;
}

export async function remove(segment: SegmentBody): Promise<void> {
  await send("DELETE", segment);
}

function token(): string {
  return session.value?.token ?? "";
}

async function send(method: "PATCH" | "DELETE", { id, version }: SegmentBody, body?: object): Promise<Response> {
  const answer = await fetch(`/v1/channel/segments/${encodeURIComponent(id)}`, {
    method,
    headers: {
      Authorization: `Bearer ${token()}`,
      "If-Match": `"${version}"`,
      ...(body && { "Content-Type": "application/json" }),
    },
    ...(body && { body: JSON.stringify(body) }),
  }).catch(() => {
    throw new RefusedError("offline", "The request did not reach the server.");
  });
  if (!answer.ok) throw refusedBy(answer.status, await answer.json().catch(() => null));
  return answer;
}
