import { signal } from "@preact/signals";
import { request } from "../../sdk/http";
import { RefusedError } from "../../sdk/refused";
import type { Role } from "../../sdk/wire";

/** Who is signed in on this page: the token and what the server said of it. */
export interface Session {
  token: string;
  viewer: string;
  name: string;
  role: Role;
  channel: string;
  expiresAt: string;
}

interface SignedIn {
  token: string;
  viewer: string;
  name: string;
  role: Role;
  channel: string;
  expires_at: string;
}

const PLACE = "showfloor.session";
const RENEW_CHECK_MS = 60_000;
const RENEW_BEFORE_MS = 15 * 60_000;

/** The session of this tab; null: nobody is signed in. It lives in `sessionStorage`, so it ends with the tab. */
export const session = signal<Session | null>(stored());

/** Why the last session or sign-in failed, as an error code; null when there is nothing to say. */
export const signInFailure = signal<string | null>(null);

/** A sign-in by the address is under way. */
export const signingIn = signal(false);

function stored(): Session | null {
  try {
    const found = JSON.parse(sessionStorage.getItem(PLACE) ?? "null") as Session | null;
    return found && new Date(found.expiresAt).getTime() > Date.now() ? found : null;
  } catch {
    return null;
  }
}

function keep(next: Session | null): void {
  session.value = next;
  try {
    if (next) sessionStorage.setItem(PLACE, JSON.stringify(next));
    else sessionStorage.removeItem(PLACE);
  } catch {
    // Storage is off: the session lasts as long as the page.
  }
}

function accept(answer: SignedIn): void {
  signInFailure.value = null;
  const { token, viewer, name, role, channel, expires_at } = answer;
  keep({ token, viewer, name, role, channel, expiresAt: expires_at });
}

/** Exchanges a sign-in code, or proves a pasted token by renewing it. Resolves to whether somebody is signed in now. */
export async function signIn(codeOrToken: string): Promise<boolean> {
  const text = codeOrToken.trim();
  const token = text.split(".").length === 3 ? text : null;
  signingIn.value = true;
  try {
    accept(
      token
        ? await request<SignedIn>("/tokens/renew", { token, body: {} })
        : await request<SignedIn>("/sign-in", { body: { code: text } }),
    );
    return true;
  } catch (error) {
    signInFailure.value = error instanceof RefusedError ? error.code : "unknown";
    return false;
  } finally {
    signingIn.value = false;
  }
}

export function signOut(reason: string | null = null): void {
  keep(null);
  signInFailure.value = reason;
}

/** Signs in by the code in the address (`/host#code=…`), removes it from the address, and keeps the session fresh from then on. */
export function startSession(): void {
  const code = new URLSearchParams(location.hash.slice(1)).get("code");
  if (code) {
    history.replaceState(history.state, "", location.pathname + location.search);
    void signIn(code);
  }
  setInterval(() => void renewWhenDue(), RENEW_CHECK_MS);
}

async function renewWhenDue(): Promise<void> {
  const now = session.value;
  if (!now || new Date(now.expiresAt).getTime() - Date.now() > RENEW_BEFORE_MS) return;
  try {
    accept(await request<SignedIn>("/tokens/renew", { token: now.token, body: {} }));
  } catch (error) {
    if (error instanceof RefusedError && error.refusal.retry === "stop") signOut(error.code);
  }
}
