import { request } from "./http";
import type { Joined, Role } from "./wire";

export interface Identity {
  /** What the viewer is called here, when the name that they wished for or had is reserved for staff. */
  renamed: { wish: string | null; name: string; guest: number | null } | null;
  viewer: string;
  role: Role;
  token: string;
  expiresAt: string;
}

/** What a join says of the viewer, beside show, token and position. */
export interface JoinWishes {
  name?: string;
  remember?: boolean;
  source?: string;
  share?: string;
}

const RENEW_BEFORE_END_MS = 10 * 60_000;
const TIMER_MAX_MS = 2 ** 31 - 1;

/** Who joins: the token, which is renewed before it ends, and what the person wishes for. */
export class Bearer {
  private renewTimer: ReturnType<typeof setTimeout> | undefined;

  /** `onToken` hears each token that the server gives, and null when one is forgotten; `onDue` that it has to be renewed. */
  constructor(
    private token: string | null,
    private wishes: JoinWishes,
    private readonly onToken: (token: string | null) => void,
    private readonly onDue: () => void,
  ) {}

  get isKnown(): boolean {
    return this.token !== null;
  }

  /** What `join` says of the person. */
  get fields(): JoinWishes & { token?: string } {
    return { ...this.wishes, ...(this.token && { token: this.token }) };
  }

  wish(wishes: JoinWishes): void {
    this.wishes = { ...this.wishes, ...wishes };
  }

  /** Takes in what `joined` says; returns who the person is now, after they were `before`. */
  take(joined: Joined, before: Identity | null): Identity {
    const { viewer, role, expires_at: expiresAt } = joined;
    if (joined.token) this.keep(joined.token);
    const renamed = joined.name_refused
      ? { wish: this.wishes.name ?? null, name: joined.name ?? "", guest: joined.guest ?? null }
      : this.wishes.name
        ? null
        : (before?.renamed ?? null);
    // What was refused is not wished for again with every join.
    if (renamed) delete this.wishes.name;
    this.renewBefore(expiresAt);
    return { viewer, role, expiresAt, token: this.token ?? "", renamed };
  }

  /** Gets a fresh token; returns why there can be none, or null: it is there, or may be asked for later. */
  async renew(): Promise<string | null> {
    try {
      this.keep((await request<{ token: string }>("/tokens/renew", { token: this.token ?? undefined, body: {} })).token);
    } catch (error) {
      const code = (error as { code?: string }).code ?? "";
      if (code === "token_expired" || code === "unauthenticated") return code;
    }
    return null;
  }

  /** The token is of no use any more: whoever has no other way in is told, and a guest becomes another one. */
  forget(asGuest: boolean): void {
    this.onToken(null);
    if (asGuest) this.token = null;
  }

  rest(): void {
    clearTimeout(this.renewTimer);
  }

  private keep(token: string): void {
    this.token = token;
    this.onToken(token);
  }

  private renewBefore(expiresAt: string): void {
    this.rest();
    const inMs = Date.parse(expiresAt) - Date.now() - RENEW_BEFORE_END_MS;
    if (inMs < TIMER_MAX_MS) this.renewTimer = setTimeout(() => this.onDue(), Math.max(inMs, 30_000));
  }
}
