import { signal } from "@preact/signals";
import { request } from "../../sdk/http";
import { newKey } from "../../sdk/key";
import { RefusedError } from "../../sdk/refused";
import type { Role } from "../../sdk/wire";
import { keepDraft } from "../drafts";
import {
  forgetExchange,
  heldExchange,
  holdExchange,
  keepSession,
  lastChannel,
  readSession,
  type Session,
  tellSignedOut,
  watchSessions,
} from "./session_store";

export type { Session } from "./session_store";

/** What the server answers to a sign-in of any kind. */
export interface SignedIn {
  token: string;
  viewer: string;
  name: string;
  role: Role;
  channel: string;
  expires_at: string;
}

const RENEW_CHECK_MS = 60_000;
const RENEW_BEFORE_MS = 15 * 60_000;

/** The pages whose address carries a link's code. */
const LINK_PAGES = /^\/studio\/(welcome|join)\/?$/;

/** How the codes begin that the merchant's own provider of sign-ins sends people back with. */
const BY_PROVIDER = "oc_";

/** Where the box to sign in keeps what was typed. */
export const SIGN_IN_DRAFT = "sign-in";
export const EMAIL_DRAFT = "sign-in.email";

/** Who is signed in on this page; null: nobody. It outlives the tab, until its end or until somebody signs out. */
export const session = signal<Session | null>(readSession());

/** Why the last session or sign-in failed, as an error code; null when there is nothing to say. */
export const signInFailure = signal<string | null>(null);

/** The channels in which the same address and password are right: the person says which one they mean. Empty: there is nothing to choose. */
export const signInChannels = signal<readonly { id: string; name: string }[]>([]);

/** A sign-in by the address is under way. */
export const signingIn = signal(false);

function keep(next: Session | null): void {
  session.value = next;
  keepSession(next);
}

function accept(answer: SignedIn): void {
  signInFailure.value = null;
  const { token, viewer, name, role, channel, expires_at } = answer;
  keep({ token, viewer, name, role, channel, expiresAt: expires_at });
}

/**
 * Exchanges a sign-in code, or proves a pasted token by renewing it. Resolves to whether somebody is signed in now. The exchange is held
 * with its key before it is sent: a page that goes away before it has the token can repeat it, although the code is used up.
 */
export async function signIn(codeOrToken: string, key = newKey()): Promise<boolean> {
  const text = codeOrToken.trim();
  const token = text.split(".").length === 3 ? text : null;
  signingIn.value = true;
  if (!token) holdExchange({ code: text, key, at: Date.now() });
  try {
    accept(
      token
        ? await request<SignedIn>("/tokens/renew", { token, body: {} })
        : await request<SignedIn>(text.startsWith(BY_PROVIDER) ? "/sign-in/oidc" : "/sign-in", { body: { code: text }, key }),
    );
    keepDraft(SIGN_IN_DRAFT, "");
    forgetExchange();
    return true;
  } catch (error) {
    failSignIn(text, error instanceof RefusedError ? error : null);
    return false;
  } finally {
    signingIn.value = false;
  }
}

/**
 * Signs in a person of the channel by what they know. The password is nowhere kept; a refusal tells no more than that both do not belong
 * together. Resolves to whether somebody is signed in now.
 */
export async function signInByPassword(email: string, password: string, channel: string | null = null): Promise<boolean> {
  signingIn.value = true;
  try {
    const body = { email: email.trim(), password, ...(channel && { channel }) };
    accept(await request<SignedIn>("/sign-in/password", { body }));
    keepDraft(EMAIL_DRAFT, "");
    signInChannels.value = [];
    return true;
  } catch (error) {
    const { channels } = (error instanceof RefusedError ? error.refusal : {}) as { channels?: { id: string; name: string }[] };
    signInChannels.value = channels ?? [];
    const code = error instanceof RefusedError ? error.code : "unknown";
    signInFailure.value = code === "offline" ? code : `password.${code}`;
    return false;
  } finally {
    signingIn.value = false;
  }
}

/** Takes up a session that the server gave for something else than a sign-in: a link that was accepted. */
export function enter(answer: SignedIn): void {
  accept(answer);
}

/** What was typed stays in its box; an exchange that the server has decided about is not held any longer. */
function failSignIn(text: string, error: RefusedError | null): void {
  const why = (error?.refusal as { why?: string } | undefined)?.why;
  signInFailure.value = why ?? error?.code ?? "unknown";
  if (error?.refusal.retry === "stop" || error?.refusal.retry === "never") forgetExchange();
  else keepDraft(SIGN_IN_DRAFT, text);
}

/**
 * Signs out here, and wherever else on this device the same person is signed in; a person's own wish ends the sign-in on the server too.
 * Without a connection its tokens last until their own end, but no page has them any more.
 */
export function signOut(reason: string | null = null): void {
  const now = session.value;
  keep(null);
  if (now && reason === null) {
    tellSignedOut(now.viewer);
    request("/sign-out", { token: now.token, body: {} }).catch(() => undefined);
  }
  signInFailure.value = reason;
}

/** The room has renewed the token of this session: it is kept, for other tabs too, with what it says of the person now. */
export function renewedToken(token: string): void {
  const now = session.value;
  if (!now || token === now.token) return;
  keep({ ...now, ...saidBy(token), token });
}

/** What a token says of its bearer, read from its own claims. */
function saidBy(token: string): Partial<Session> {
  try {
    const bytes = Uint8Array.from(atob((token.split(".")[1] ?? "").replace(/-/g, "+").replace(/_/g, "/")), (c) =>
      c.charCodeAt(0),
    );
    const { exp, role, name } = JSON.parse(new TextDecoder().decode(bytes)) as { exp: number; role: Role; name: string };
    return { role, name, expiresAt: new Date(exp * 1000).toISOString() };
  } catch {
    return {};
  }
}

/**
 * Signs in by the code in the address (`/host#code=…`), which is removed from it, or goes on with an exchange whose answer was lost;
 * from then on keeps the session fresh, and follows what other tabs do.
 */
export function startSession(): void {
  // A link to join by is no code to sign in by: its page takes it up.
  const code = LINK_PAGES.test(location.pathname) ? null : new URLSearchParams(location.hash.slice(1)).get("code");
  const held = heldExchange();
  const failed = new URLSearchParams(location.hash.slice(1)).get("failed");
  if (failed) {
    signInFailure.value = `provider.${failed}`;
    history.replaceState(history.state, "", location.pathname + location.search);
  }
  if (code) {
    const again = held?.code === code ? held.key : undefined;
    void signIn(code, again);
    history.replaceState(history.state, "", location.pathname + location.search);
  } else if (held && !session.value) void signIn(held.code, held.key);
  watchSessions({
    onKept(next) {
      if (!session.value || session.value.viewer === next.viewer) session.value = next;
    },
    onSignedOut(viewer) {
      if (session.value?.viewer === viewer) keep(null);
    },
  });
  setInterval(() => void renewWhenDue(), RENEW_CHECK_MS);
}

/**
 * Asks for a fresh token in place of one that was ended: of a person whose role was changed the server gives one with the new role.
 * Resolves to whether there is one.
 */
export async function regain(): Promise<boolean> {
  const now = session.peek();
  if (!now) return false;
  try {
    accept(await request<SignedIn>("/tokens/renew", { token: now.token, body: {} }));
    return true;
  } catch {
    return false;
  }
}

/** Where somebody begins to sign in by the provider of the channel that the address names, or this device knows; null: there is none. */
export async function wayByProvider(): Promise<string | null> {
  const channel = new URLSearchParams(location.search).get("channel") ?? lastChannel();
  const asked = channel ? `?channel=${encodeURIComponent(channel)}` : "";
  const { provider } = await request<{ provider: string }>(`/sign-in/ways${asked}`, {});
  return provider || null;
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
