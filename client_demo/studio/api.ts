// How the studio asks the server: every request of every area goes through here, and every refusal is met by one decision.
import { refusedBy } from "../sdk/http";
import { newKey } from "../sdk/key";
import { RefusedError } from "../sdk/refused";
import { forgetKey, keyOf } from "../shared/drafts";
import { regain, session, signOut } from "../shared/staff/session";
import { explainError } from "../shared/staff/sign-in";
import { showToast } from "../shared/ui/toast";
import { fingerprint } from "./fingerprint";

export interface Answer<T> {
  value: T;
  /** The version of what was answered, for `If-Match`; null where it has none. */
  etag: string | null;
}

interface Wish {
  method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  body?: object | undefined;
  /** Sent as it is, such as a picture or a file to import. */
  raw?: Blob | undefined;
  key?: string | undefined;
  etag?: string | null | undefined;
}

/** How long to wait before each further attempt. */
const WAITS_MS = [400, 1_200, 3_000];
const LONGEST_WAIT_MS = 5_000;

/** What is done about a failed request. */
export type Decision =
  | { act: "again"; afterMs: number | null } // nothing is known to have happened: the same once more
  | { act: "sign_in"; reason: string } // whoever was signed in is not any more
  | { act: "conflict" } // somebody else has changed it: show both
  | { act: "fields"; errors: readonly FieldError[] } // say at each field what is wrong
  | { act: "tell"; code: string };

export interface FieldError {
  /** The field's name in the body, and where within it, such as `variants` and `variants/2/price`. */
  at: string;
  path: string;
  /** The field's own, such as `password_short`, else the refusal's: `invalid`, or what says more, such as `taken`. */
  code: string;
  /** The server's own words, in English. */
  why: string;
}

/** The one place where a refusal decides anything. Pure. */
export function decide(error: unknown): Decision {
  if (!(error instanceof RefusedError)) return { act: "tell", code: "unknown" };
  const { code, refusal } = error;
  if (code === "offline" || /^http_50[234]$/.test(code)) return { act: "again", afterMs: null };
  if (refusal.retry === "later") return { act: "again", afterMs: refusal.retry_after_ms ?? null };
  if (refusal.retry === "stop") return { act: "sign_in", reason: code };
  if (code === "conflict") return { act: "conflict" };
  const errors = fieldErrors(code, refusal);
  return errors.length > 0 ? { act: "fields", errors } : { act: "tell", code };
}

function fieldErrors(code: string, refusal: object): FieldError[] {
  const { errors } = refusal as { errors?: { at?: string; why?: string; code?: string }[] };
  return (errors ?? []).flatMap(({ at, why, code: own }) => {
    const path = (at ?? "").replace(/^body(\/|$)/, "");
    const field = path.split("/")[0];
    return field ? [{ at: field, path, code: own ?? code, why: why ?? "" }] : [];
  });
}

async function send<T>(path: string, wish: Wish): Promise<Answer<T>> {
  const token = session.peek()?.token;
  const headers: Record<string, string> = { Accept: "application/json" };
  if (token) headers["Authorization"] = `Bearer ${token}`;
  if (wish.body) headers["Content-Type"] = "application/json";
  if (wish.raw) headers["Content-Type"] = wish.raw.type || "application/octet-stream";
  if (wish.key) headers["Idempotency-Key"] = wish.key;
  if (wish.etag) headers["If-Match"] = wish.etag;
  const body = wish.raw ?? (wish.body && JSON.stringify(wish.body));
  const response = await fetch(`/v1${path}`, { method: wish.method, headers, ...(body && { body }) }).catch(() => {
    throw new RefusedError("offline", "The request did not reach the server.");
  });
  const value: unknown = await response.json().catch(() => null);
  if (!response.ok) throw refusedBy(response.status, value);
  return { value: value as T, etag: response.headers.get("ETag") };
}

/** Sends until it is known what became of it, or until that takes too long. Whoever calls it sends what may arrive twice. */
async function persist<T>(path: string, wish: Wish): Promise<Answer<T>> {
  const sentBy = session.peek()?.token;
  for (let attempt = 0; ; attempt++) {
    try {
      return await send<T>(path, wish);
    } catch (error) {
      const decision = decide(error);
      const wait = WAITS_MS[attempt];
      if (decision.act === "sign_in" && sentBy) {
        if (attempt === 0 && decision.reason === "token_revoked" && (await regain())) continue;
        signOut(decision.reason);
      }
      if (decision.act !== "again" || wait === undefined || (decision.afterMs ?? 0) > LONGEST_WAIT_MS) throw error;
      await new Promise((done) => setTimeout(done, Math.max(wait, decision.afterMs ?? 0)));
    }
  }
}

/** Reads what is at a path under /v1, with its version. */
export function read<T>(path: string): Promise<Answer<T>> {
  return persist<T>(path, { method: "GET" });
}

/** Changes the named fields of what is at `path`, if it is still the version that was read: else `conflict`. */
export function change<T>(path: string, body: object, etag: string | null): Promise<Answer<T>> {
  return persist<T>(path, { method: "PATCH", body, etag });
}

/** Puts a whole thing in place of the one that is there. */
export function replace<T>(path: string, body: object, etag: string | null): Promise<Answer<T>> {
  return persist<T>(path, { method: "PUT", body, etag });
}

/** Takes away what may be taken away. */
export function remove(path: string, etag: string | null = null): Promise<Answer<unknown>> {
  return persist<unknown>(path, { method: "DELETE", etag });
}

/**
 * Makes something, or does something to it, once: under one key, which the same wish in the same place keeps until it is known what became
 * of it, over a reload too. `place: null` is for what may not be kept, such as a password: its key lasts for this call. `etag`: only if what
 * is there is still that version.
 */
export async function make<T>(
  path: string,
  body: object = {},
  place: string | null = path,
  etag: string | null = null,
): Promise<Answer<T>> {
  if (place === null) return persist<T>(path, { method: "POST", body, key: newKey(), etag });
  const mark = fingerprint(JSON.stringify(body));
  return once(place, mark, (key) => persist<T>(path, { method: "POST", body, key, etag }));
}

/** Sends a file as the body of a POST, once. */
export function upload<T>(path: string, file: File): Promise<Answer<T>> {
  const mark = fingerprint(`${file.name} ${file.size} ${file.lastModified}`);
  return once(path, mark, (key) => persist<T>(path, { method: "POST", raw: file, key }));
}

async function once<T>(place: string, mark: string, act: (key: string) => Promise<T>): Promise<T> {
  try {
    const answer = await act(keyOf(place, mark));
    forgetKey(place, mark);
    return answer;
  } catch (error) {
    if (decide(error).act !== "again") forgetKey(place, mark);
    throw error;
  }
}

/** The code of what went wrong; `unknown` for what is no refusal. */
export function codeOf(error: unknown): string {
  return error instanceof RefusedError ? error.code : "unknown";
}

/** A refusal in words. */
export function explain(error: unknown): string {
  return explainError(codeOf(error));
}

/** Tells the person why something they asked for did not work; whoever is signed out by it sees that instead. */
export function tellFailure(error: unknown): void {
  if (decide(error).act !== "sign_in") showToast(explain(error));
}
