import type { Role } from "../../sdk/wire";
import { createTranslator } from "../i18n";
import type en from "../locales/staff.en.json";

const t = createTranslator<typeof en>("staff");

/** The roles of a channel's own people, from who may least to who may most. */
export const MEMBER_ROLES: readonly Role[] = ["moderator", "analyst", "host", "admin"];

/** A role as people call it. */
export function roleName(role: Role): string {
  return t(`role.${role}`);
}
