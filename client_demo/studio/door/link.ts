// A link that works once: its code is taken from the address, kept in this tab, looked at, and used. No token goes along: who holds a link
// may be somebody else than who is signed in here.
import { signal } from "@preact/signals";
import { request } from "../../sdk/http";
import { RefusedError } from "../../sdk/refused";
import type { Role } from "../../sdk/wire";
import { draftOf, forgetKey, keepDraft, keyOf } from "../../shared/drafts";
import { enter, type SignedIn } from "../../shared/staff/session";
import { decide } from "../api";
import { fingerprint } from "../fingerprint";
import { go, ROOT } from "../router";

/** What the server says of a link before it is used. */
export interface Sight {
  kind: "owner" | "join" | "reset";
  role: Role;
  email: string;
  ends_at: string;
  /** The channel's name; empty for the owner's link. */
  channel: string;
  /** Whose password is set anew; else empty. */
  name: string;
}

const PLACE = "door.code";

/** What the link at hand is for; null: not known (yet). */
export const sight = signal<Sight | null>(null);
/** Why it cannot be used: `used_up`, `ended`, `none` for no link at all, or an error code; null: it can. */
export const trouble = signal<string | null>(null);

/** Takes the code out of the address, and asks what it is for. */
export async function openLink(): Promise<void> {
  const code = new URLSearchParams(location.hash.slice(1)).get("code");
  if (code) {
    keepDraft(PLACE, code);
    history.replaceState(history.state, "", location.pathname + location.search);
  }
  trouble.value = null;
  if (!draftOf(PLACE)) {
    trouble.value = "none";
    return;
  }
  try {
    sight.value = await request<Sight>("/invitations/look", { body: { code: draftOf(PLACE) } });
  } catch (error) {
    fail(error);
  }
}

/**
 * Uses the link, once: the same wish keeps its key until it is known what became of it. Who is signed in by it goes to the page of their
 * role. Throws what a form says at its fields.
 */
export async function useLink(path: string, body: object, whole: object): Promise<void> {
  const code = draftOf(PLACE);
  const mark = fingerprint(code + JSON.stringify(whole));
  try {
    const answer = await request<SignedIn>(path, { body: { code, ...body }, key: keyOf(path, mark) });
    forgetKey(path, mark);
    keepDraft(PLACE, "");
    enter(answer);
    goHome(answer.role);
  } catch (error) {
    if (decide(error).act !== "again") forgetKey(path, mark);
    if (error instanceof RefusedError && error.code === "unauthenticated") fail(error);
    else throw error;
  }
}

function fail(error: unknown): void {
  const refused = error instanceof RefusedError ? error : null;
  const why = (refused?.refusal as { why?: string } | undefined)?.why;
  const code = refused?.code ?? "unknown";
  trouble.value = why ?? (code === "unauthenticated" ? "none" : code);
  if (code === "unauthenticated") keepDraft(PLACE, "");
}

function goHome(role: Role): void {
  if (role === "admin" || role === "host") go(ROOT);
  else location.assign(role === "analyst" ? "/analyst" : "/host");
}
