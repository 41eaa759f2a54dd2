import { request } from "../../sdk/http";
import { RefusedError } from "../../sdk/refused";
import { save } from "../../shared/save";
import { session } from "../../shared/staff/session";
import { here, ROOT } from "../address";
import { zone } from "../download";
import { keepFetched } from "../load";
import type { ShowPage } from "../report";
import type { ExportBody, ExportPage } from "../report.generated";
import { listPath } from "../shows/list";
import { readPages } from "../shows/pages";

export const KINDS = ["viewers", "orders", "questions", "series", "report", "facts"] as const;
export const FORMATS = ["csv", "jsonl", "parquet"] as const;

const OPEN = ["waiting", "working"];
const SOON_MS = 1_000;
const LATER_MS = 30_000;

/** The channel's exports; asked for again soon while one of them is being made. */
export const list = keepFetched<ExportPage>(
  () => (here.value.path === `${ROOT}/exports` ? "/exports?limit=50" : null),
  ({ exports }) => (exports.some((each) => OPEN.includes(each.state)) ? SOON_MS : LATER_MS),
);

/** Every show that has figures, to choose from. */
export const choices = keepFetched<ShowPage>(
  () => (here.value.path === `${ROOT}/exports` ? listPath({ limit: "100", state: "live,ended" }) : null),
  () => null,
  (path, token) => readPages(path, token, Number.POSITIVE_INFINITY),
);

export interface Wanted {
  of: (typeof KINDS)[number];
  format: (typeof FORMATS)[number];
  bom: boolean;
  /** A show's id, or the days on which shows began. */
  show: string;
  from: string;
  to: string;
}

function token(): string {
  return session.value?.token ?? "";
}

/** Asks for a file, its times in the reader's zone. Throws `RefusedError`. */
export function order({ of, format, bom, show, from, to }: Wanted): Promise<ExportBody> {
  const which = show ? { shows: [show] } : { from, to };
  const body = { of, format, bom: bom && format === "csv", tz: zone(), ...which };
  return request<ExportBody>("/exports", { token: token(), body });
}

/** Stops an export, or begins it anew. Throws `RefusedError`. */
export function tell(id: string, what: "cancel" | "retry"): Promise<ExportBody> {
  return request<ExportBody>(`/exports/${encodeURIComponent(id)}/${what}`, { token: token(), body: {} });
}

/** Fetches the file, which needs the token that a plain link cannot carry. Throws `RefusedError`. */
export async function download({ id, of, format }: ExportBody): Promise<void> {
  const answer = await fetch(`/v1/exports/${encodeURIComponent(id)}/file`, {
    headers: { Authorization: `Bearer ${token()}` },
  }).catch(() => {
    throw new RefusedError("offline", "The request did not reach the server.");
  });
  if (!answer.ok) throw new RefusedError(answer.status === 404 ? "not_found" : "unavailable", `HTTP ${answer.status}`);
  const named = /filename="([^"]+)"/.exec(answer.headers.get("content-disposition") ?? "")?.[1];
  save(await answer.blob(), named ?? `${of}.${format}`);
}
