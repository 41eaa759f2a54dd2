import { refusedBy } from "../../sdk/http";
import { RefusedError } from "../../sdk/refused";
import { session, signOut } from "./session";

interface Wish {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  body?: object | undefined;
  key?: string;
  /** The version that is changed, if it still is that one. */
  version?: number;
}

/** Sends a request to what is under `/v1`, as whoever is signed in. Throws `RefusedError`. */
export async function send<T>(path: string, { method = "GET", body, key, version }: Wish = {}): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json" };
  const token = session.peek()?.token;
  if (token) headers["Authorization"] = `Bearer ${token}`;
  if (body) headers["Content-Type"] = "application/json";
  if (key) headers["Idempotency-Key"] = key;
  if (version !== undefined) headers["If-Match"] = `"${version}"`;
  const answer = await fetch(`/v1${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) }).catch(() => {
    throw new RefusedError("offline", "The request did not reach the server.");
  });
  const value: unknown = await answer.json().catch(() => null);
  if (!answer.ok) throw refusedBy(answer.status, value);
  return value as T;
}

/** The same; whose sign-in has ended is signed out. */
export async function ask<T>(path: string, wish: Wish = {}): Promise<T> {
  const token = session.peek()?.token;
  try {
    return await send<T>(path, wish);
  } catch (error) {
    if (token && error instanceof RefusedError && error.refusal.retry === "stop") signOut(error.code);
    throw error;
  }
}
