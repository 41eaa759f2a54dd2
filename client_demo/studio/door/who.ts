import { checkPassword } from "./password_field";
import { t } from "./text";

/** Who joins, as it is filled in. */
export interface Who {
  person_name: string;
  email: string;
  password: string;
}

/** What the server calls these fields. */
export const NAMES = {
  "person/name": "person_name",
  "person/email": "email",
  "person/password": "password",
} as const;

export const NAME_MOST = 40;

/** What is wrong with them, as far as this page can tell. */
export function checkWho({ person_name, email, password }: Who): Partial<Record<keyof Who, string>> {
  const wrong: Partial<Record<keyof Who, string>> = {};
  const said = checkPassword(password);
  if (!person_name.trim()) wrong.person_name = t("name.missing");
  if (!/^\S+@\S+$/.test(email.trim())) wrong.email = t("email.wrong");
  if (said) wrong.password = said;
  return wrong;
}

export function personOf({ person_name, email, password }: Who): object {
  return { name: person_name, email: email.trim(), password };
}
