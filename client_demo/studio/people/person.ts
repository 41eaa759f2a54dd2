import type { Role } from "../../sdk/wire";
import { MEMBER_ROLES, roleName } from "../../shared/staff/roles";
import type { Answer } from "../api";
import type { Option } from "../fields";
import type { Version } from "../form";
import { t } from "./text";

/** One of the channel's people, as the server tells. */
export interface Person {
  id: string;
  name: string;
  role: Role;
  email: string | null;
  signs_in_by: readonly ("password" | "provider")[] | null;
  created_at: string;
}

/** A link that was just made. */
export interface NewLink {
  id: string;
  role: Role;
  email: string;
  ends_at: string;
  /** Its address behind the server's name; told once. */
  path: string;
}

/** What is edited of a person. */
export interface Particulars {
  name: string;
  email: string;
  role: Role;
}

export function particularsOf({ value, etag }: Answer<Person>): Version<Particulars> {
  return { values: { name: value.name, email: value.email ?? "", role: value.role }, etag };
}

/** The roles to choose from, each with what it may. */
export function roleOptions(): readonly Option[] {
  return MEMBER_ROLES.map((role) => ({ value: role, label: `${roleName(role)}: ${t.maybe(`may.${role}`) ?? ""}` }));
}
