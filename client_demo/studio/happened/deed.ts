// What one row of the audit says, in words. Pure but for the language.
import type { Role } from "../../sdk/wire";
import { roleName as shownRole } from "../../shared/staff/roles";
import { t } from "./text";

/** As `GET /v1/audit` has it. */
export interface Deed {
  id: string;
  at: string;
  by: { id: string; name: string; role: string };
  action: string;
  subject: string;
  called: string | null;
  variant_of: string | null;
  show: string | null;
  show_title: string | null;
  details: Readonly<Record<string, unknown>>;
}

/** What was done, to what; an action of a newer server by its name. */
export function sentence({ action, called, show_title, subject }: Deed): string {
  const name = called ?? (/^(show|target)\./.test(action) ? show_title : null) ?? t("unnamed");
  return t.maybe(`did.${action}`, { name }) ?? `${action} ${subject}`;
}

/** Who did it, and as what. */
export function whoDid({ by }: Deed): string {
  const role = roleName(by.role);
  return by.name ? t("who", { name: by.name, role }) : role;
}

/** What else is known of it, each in a few words. */
export function particulars({ details }: Deed): readonly string[] {
  const { changed, add, stock, from, to, created, updated, role } = details;
  const said: (string | false)[] = [
    Array.isArray(changed) && changed.length > 0 && t("changed", { fields: changed.map(fieldName).join(t("and")) }),
    typeof add === "number" && t("stock", { add: add > 0 ? `+${add}` : String(add), stock: Number(stock) }),
    typeof from === "string" && typeof to === "string" && t("from_to", { from: roleName(from), to: roleName(to) }),
    typeof role === "string" && t("as_role", { role: roleName(role) }),
    typeof created === "number" && t("counts", { created, updated: Number(updated) }),
  ];
  return said.filter((each) => each !== false);
}

/** Where in the studio the subject is; null where it has no page. */
export function placeOf({ action, subject, show, variant_of }: Deed): string | null {
  const kind = action.split(".")[0] ?? "";
  if (kind === "product" && subject) return `/studio/products/${encodeURIComponent(variant_of ?? subject)}`;
  if ((kind === "show" || kind === "target") && show) return `/studio/shows/${encodeURIComponent(show)}`;
  if (kind === "order" && subject) return `/studio/orders/${encodeURIComponent(subject)}`;
  if (kind === "webhook" && action !== "webhook.removed") return `/studio/webhooks/${encodeURIComponent(subject)}`;
  if (kind === "person" && !["person.invited", "person.removed"].includes(action))
    return `/studio/people/${encodeURIComponent(subject)}`;
  return PLACES[kind] ?? null;
}

const PLACES: Readonly<Record<string, string>> = {
  products: "/studio/products",
  invitation: "/studio/people",
  person: "/studio/people",
  key: "/studio/keys",
  payments: "/studio/payments",
  customer_secret: "/studio/keys/customers",
  customer_keys: "/studio/keys/customers",
  provider: "/studio/keys/staff",
  channel: "/studio/settings",
};

function roleName(role: string): string {
  return t.maybe(`role.${role}`) ?? shownRole(role as Role);
}

function fieldName(field: unknown): string {
  return t.maybe(`field.${String(field)}`) ?? String(field);
}
