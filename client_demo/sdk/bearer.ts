import { request } from "./http";
import type { Joined, Refusal, Role } from "./wire";

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
  /** Beside `remember: true`: the version of the words that the person agreed to; it is kept with their consent. */
  wording?: string | undefined;
  source?: string;
  share?: string;
  /** This device has made the link that `share` is of: it brings nobody. */
  own_share?: boolean;
  /** What the page calls this device for a day, by chance: it tells who is banned and comes back. */
  device?: string;
  /**
   * The token that the same person had here as a guest, as `onToken` told it: they go on as that guest, and once a token says who they are,
   * what they did in this show as the guest is theirs.
   */
  guest?: string | null;
}

/**
 * A token, or what gets one: asked before the first join, and again when the token is of no use any more, such as for the shop's own
 * signature of a customer. Null is a guest.
 */
export type TokenSource = string | null | (() => string | null | Promise<string | null>);

const RENEW_BEFORE_END_MS = 10 * 60_000;
const TIMER_MAX_MS = 2 ** 31 - 1;

/** Who joins: the token, which is renewed before it ends, and what the person wishes for. */
export class Bearer {
  private renewTimer: ReturnType<typeof setTimeout> | undefined;
  private token: string | null = null;
  private source: Exclude<TokenSource, string | null> | null = null;
  private asked = true;
  /** Who the person was as a guest, until somebody knows them. */
  private guest: string | null = null;
  private wishes: JoinWishes = {};
  /** Whether the token is a guest's, or will be: nobody has said who it is. */
  private isGuests = true;
  /** The source has just given it: were it refused, the source would only give it again. */
  private fresh = false;

  /**
   * `url` is the server's. `onToken` hears each token that the server gives, and null when one is forgotten, and whether it is a guest's;
   * `onDue` that it has to be renewed.
   */
  constructor(
    from: TokenSource,
    wishes: JoinWishes,
    private readonly url: string | undefined,
    private readonly onToken: (token: string | null, guest: boolean) => void,
    private readonly onDue: () => void,
  ) {
    this.wish(wishes);
    this.use(from);
  }

  /** Takes another token, or what gets one, from the next join on. */
  use(from: TokenSource): void {
    if (this.isGuests && this.token) this.guest = this.token;
    const asks = typeof from === "function";
    this.source = asks ? from : null;
    this.settle(asks ? null : from);
    this.asked = !asks;
    this.fresh = false;
  }

  /** Whether the source has to be asked before the next join. */
  get isAsked(): boolean {
    return this.asked;
  }

  /** Asks the source. Returns whether it had an answer; if not, it is to be asked again. */
  async ask(): Promise<boolean> {
    const { source } = this;
    try {
      const token = await source?.();
      if (source !== this.source) return true;
      this.settle(token ?? null);
      this.asked = this.fresh = true;
      return true;
    } catch {
      return false;
    }
  }

  get isKnown(): boolean {
    return this.token !== null;
  }

  /** What `join` says of the person. */
  get fields(): JoinWishes & { token?: string } {
    const { token, guest, isGuests } = this;
    return { ...this.wishes, ...(token && { token }), ...(guest && !isGuests && { guest }) };
  }

  wish({ guest, ...wishes }: JoinWishes): void {
    if (guest) this.guest = guest;
    this.wishes = { ...this.wishes, ...wishes };
  }

  /** Takes in what `joined` says; returns who the person is now, after they were `before`. */
  take(joined: Joined, before: Identity | null): Identity {
    const { viewer, role, expires_at: expiresAt } = joined;
    if (joined.token) this.keep(joined.token);
    if (!this.isGuests && this.guest) this.onToken((this.guest = null), true); // what they did is theirs from here on
    this.fresh = false;
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

  /** Takes the token of somebody new who may not come in: as whom they read why, and appeal. */
  takeRefused({ token }: Refusal): void {
    if (token) this.keep(token);
  }

  /** Gets a fresh token; returns why there can be none, or null: it is there, or may be asked for later. */
  async renew(): Promise<string | null> {
    try {
      this.keep(
        (await request<{ token: string }>("/tokens/renew", { url: this.url, token: this.token ?? undefined, body: {} })).token,
      );
    } catch (error) {
      const code = (error as { code?: string }).code ?? "";
      if (code === "token_expired" || code === "token_revoked" || code === "unauthenticated") return code;
    }
    return null;
  }

  /** The token is of no use any more. Returns whether there is another way in: the source's next one, or as a new guest. */
  forget(asGuest: boolean): boolean {
    this.onToken(null, this.isGuests);
    if (this.isGuests) this.guest = null;
    const askAgain = this.source !== null && !this.fresh;
    if (askAgain) this.asked = false;
    if (askAgain || asGuest) this.settle(null);
    return askAgain || asGuest;
  }

  rest(): void {
    clearTimeout(this.renewTimer);
  }

  private keep(token: string): void {
    this.token = token;
    this.onToken(token, this.isGuests);
  }

  /** Without a token of who they are it is the guest of before, or a new one. */
  private settle(token: string | null): void {
    this.isGuests = !token;
    this.token = token || this.guest;
  }

  private renewBefore(expiresAt: string): void {
    this.rest();
    const inMs = Date.parse(expiresAt) - Date.now() - RENEW_BEFORE_END_MS;
    if (inMs < TIMER_MAX_MS) this.renewTimer = setTimeout(() => this.onDue(), Math.max(inMs, 30_000));
  }
}
