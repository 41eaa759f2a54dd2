import { computed, signal } from "@preact/signals";
import { refusedBy, request } from "../../sdk/http";
import { RefusedError } from "../../sdk/refused";
import { send } from "../../shared/staff/ask";
import { session } from "../../shared/staff/session";
import { here, ROOT, stay } from "../address";
import { keepFetched } from "../load";
import type {
  ExportBody,
  QueryAnswer,
  QueryCatalogue,
  SavedQueryBody,
  SavedQueryPage,
  SavedQueryVersions,
} from "../report.generated";
import { FIRST, isWhole, type Question, readQuestion, written } from "./question";

const AGAIN_MS = 60_000;
const onPage = (): boolean => here.value.path === `${ROOT}/query`;

export const catalogue = keepFetched<QueryCatalogue>(
  () => (onPage() ? "/query/catalogue" : null),
  () => null,
);
export const saved = keepFetched<SavedQueryPage>(
  () => (onPage() ? "/queries?limit=100" : null),
  () => null,
);

/** The saved query that the address names. */
export const opened = computed<SavedQueryBody | null>(() => {
  const id = here.value.query.get("saved");
  return saved.state.value.value?.queries.find((each) => each.id === id) ?? null;
});

/** The question of the page: from the address, else the saved one that it names, else one to begin with. Null while a saved one is read. */
export const question = computed<Question | null>(() => {
  const { query } = here.value;
  const own = readQuestion(query.get("q"));
  if (own) return own;
  if (query.get("saved") && !saved.state.value.value && !saved.state.value.failure) return null;
  return (opened.value?.query as unknown as Question | undefined) ?? FIRST;
});

export function ask(next: Question): void {
  stay({ q: JSON.stringify(written(next)) });
}

/** What the server said of a question that it refused; null: nothing. */
export const refusal = signal<string | null>(null);

// Above what asks as soon as this is read.
let asking = new AbortController();

export const answer = keepFetched<QueryAnswer>(
  () => {
    if (!onPage() || !question.value) return null;
    const { filters = [], ...rest } = question.value;
    return JSON.stringify(written({ ...rest, filters: filters.filter(isWhole) }));
  },
  (value) => (value.provisional ? AGAIN_MS : null),
  async (path, token) => {
    refusal.value = null;
    try {
      return await post(path, token);
    } catch (error) {
      if (error instanceof RefusedError && error.code === "invalid") refusal.value = error.message;
      throw error;
    }
  },
);

/** Asks a question; the one before, which nobody waits for any more, is let go, and the server works on it no longer. */
async function post(body: string, token: string): Promise<QueryAnswer> {
  asking.abort();
  asking = new AbortController();
  const response = await fetch("/v1/query", {
    method: "POST",
    headers: { Accept: "application/json", Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    body,
    signal: asking.signal,
  }).catch(() => {
    throw new RefusedError("offline", "The request did not reach the server.");
  });
  const found: unknown = await response.json().catch(() => null);
  if (!response.ok) throw refusedBy(response.status, found);
  return found as QueryAnswer;
}

function token(): string {
  return session.value?.token ?? "";
}

/** Saves a question under a name, or as the next version of one. Throws `RefusedError`. */
export async function keep(name: string, query: Question, now: SavedQueryBody | null): Promise<SavedQueryBody> {
  const body = { name, query: written(query) };
  if (!now) return request<SavedQueryBody>("/queries", { token: token(), body, key: crypto.randomUUID() });
  return send<SavedQueryBody>(placeOf(now.id), { method: "PATCH", version: now.version, body });
}

export async function remove(query: SavedQueryBody): Promise<void> {
  await send(placeOf(query.id), { method: "DELETE", version: query.version });
}

export function versionsOf(id: string): Promise<SavedQueryVersions> {
  return request<SavedQueryVersions>(`${placeOf(id)}/versions`, { token: token() });
}

/** Asks for a file of all rows. Throws `RefusedError`. */
export function exportAs(format: string, bom: boolean, query: Question): Promise<ExportBody> {
  return request<ExportBody>("/exports", { token: token(), body: { of: "query", format, bom, query: written(query) } });
}

function placeOf(id: string): string {
  return `/queries/${encodeURIComponent(id)}`;
}
