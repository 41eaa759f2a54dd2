// What the server says of keys, and the words of this area.
import { createTranslator } from "../../shared/i18n";
import type en from "../../shared/locales/studio_keys.en.json";

export const t = createTranslator<typeof en>("studio_keys");

export const KEYS = "/studio/keys";
export const NAME_MOST = 60;

export const SCOPES = [
  "catalogue:read",
  "catalogue:write",
  "orders:read",
  "orders:report",
  "orders:write",
  "shows:write",
  "stats:read",
  "stats:write",
] as const;
export type Scope = (typeof SCOPES)[number];

export interface ApiKey {
  id: string;
  name: string;
  scopes: Scope[];
  /** The end of its secret. */
  hint: string;
  created_at: string;
  created_by: string;
  last_used_at: string | null;
  revoked_at: string | null;
}

export interface CustomerSecret {
  id: string;
  hint: string;
  created_at: string;
  created_by: string;
}

export interface CustomerKeys {
  /** What the shop's tokens have to be for: the channel's id. */
  audience: string;
  algorithms: string[];
  secrets: CustomerSecret[];
  jwks_url: string;
}

/** A secret that was just made. */
export interface Made {
  secret: string;
}
