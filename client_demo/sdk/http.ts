import { RefusedError } from "./refused";

/**
 * Asks the HTTP half of the server for JSON under `/v1`; `url` is what stands before that: a server's address without a slash at its end, none for the server that the page is from. A body is posted, unless `method` says otherwise. Throws `RefusedError` with the code of the problem details, or `offline` when the
 * request did not get through.
 */
export async function request<T>(
  path: string,
  options: { url?: string | undefined; token?: string | undefined; body?: object; key?: string; method?: string } = {},
): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (options.token) headers["Authorization"] = `Bearer ${options.token}`;
  if (options.body) headers["Content-Type"] = "application/json";
  if (options.key) headers["Idempotency-Key"] = options.key;
  const response = await fetch(`${options.url ?? ""}/v1${path}`, {
    method: options.method ?? (options.body ? "POST" : "GET"),
    headers,
    ...(options.body && { body: JSON.stringify(options.body) }),
  }).catch(() => {
    throw new RefusedError("offline", "The request did not reach the server.");
  });
  const body: unknown = await response.json().catch(() => null);
  if (!response.ok) throw refusedBy(response.status, body);
  return body as T;
}

export function refusedBy(status: number, body: unknown): RefusedError {
  const problem = (body ?? {}) as { code?: string; detail?: string; title?: string };
  return new RefusedError(
    problem.code ?? `http_${status}`,
    problem.detail ?? problem.title ?? `HTTP ${status}`,
    problem as object,
  );
}
