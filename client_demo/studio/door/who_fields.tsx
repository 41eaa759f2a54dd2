import { TextField } from "../fields";
import type { FormState } from "../form_state";
import { PasswordField } from "./password_field";
import { t } from "./text";
import { NAME_MOST, type Who } from "./who";

/** How somebody who joins is called and comes in again. */
export function WhoFields<V extends Who>({ form }: { form: FormState<V> }) {
  return (
    <>
      <TextField form={form} name="person_name" label={t("name")} hint={t("name.hint")} most={NAME_MOST} autocomplete="name" />
      <TextField form={form} name="email" label={t("email")} hint={t("email.hint")} type="email" autocomplete="username" />
      <PasswordField form={form} name="password" label={t("password")} />
    </>
  );
}
