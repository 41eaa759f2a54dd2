import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { RefusedError } from "../../sdk/refused";
import { roleName } from "../../shared/staff/roles";
import { regain, session } from "../../shared/staff/session";
import { change, codeOf, make, read } from "../api";
import { checkPassword, PasswordField } from "../door/password_field";
import { TextField } from "../fields";
import { Form, useForm } from "../form";
import { Empty, Failure, Loading, PageFrame, Section } from "../page";
import type { Person } from "../people/person";
import { Sessions } from "../people/sessions";
import { t } from "../people/text";

/** One's own name, password and sign-ins. Who came in by the terminal's token has no account. */
export default function AccountPage() {
  const me = useSignal<Person | null>(null);
  const failure = useSignal<string | null>(null);
  const load = (): void => {
    failure.value = null;
    read<Person>("/people/me").then(
      ({ value }) => {
        me.value = value;
      },
      (error: unknown) => {
        failure.value = error instanceof RefusedError ? codeOf(error) : "unknown";
      },
    );
  };
  useEffect(load, []);
  const role = session.value?.role;
  return (
    <PageFrame testid="account" title={t("account")} lead={role && t("account.lead", { role: roleName(role) })}>
      {failure.value === "not_found" ? (
        <Empty title={t("account.none.title")} text={t("account.none.text")} testid="account-none" />
      ) : failure.value ? (
        <Failure code={failure.value} again={load} />
      ) : me.value ? (
        <>
          <Name />
          {me.value.signs_in_by?.includes("password") && <Password email={me.value.email ?? ""} />}
          <Sessions person="me" />
        </>
      ) : (
        <Loading />
      )}
    </PageFrame>
  );
}

function Name() {
  const form = useForm<{ name: string }>({
    place: "account.name",
    read: async () => {
      const { value, etag } = await read<Person>("/people/me");
      return { values: { name: value.name }, etag };
    },
    save: async (changes, _whole, etag) => {
      const saved = await change<Person>("/people/me", changes, etag);
      await regain(); // the name stands in the token
      return { values: { name: saved.value.name }, etag: saved.etag };
    },
    check: ({ name }) => (name.trim() ? {} : { name: t("name.missing") }),
  });
  return (
    <Form form={form} testid="name-form">
      <Section title={t("account.you")}>
        <TextField form={form} name="name" label={t("name")} hint={t("name.hint")} most={40} autocomplete="name" />
      </Section>
    </Form>
  );
}

interface Passwords {
  current: string;
  password: string;
}

const BLANK: Passwords = { current: "", password: "" };

function Password({ email }: { email: string }) {
  const form = useForm<Passwords>({
    place: "account.password",
    read: () => Promise.resolve({ values: BLANK, etag: null }),
    save: async (_changes, whole) => {
      await make("/people/me/password", whole, null);
      return { values: BLANK, etag: null };
    },
    check: ({ current, password }) => {
      const said = checkPassword(password);
      return { ...(!current && { current: t("password.current.missing") }), ...(said && { password: said }) };
    },
    secret: ["current", "password"],
  });
  return (
    <Form form={form} testid="password-form" action={t("password.change")} saved={t("password.changed")}>
      <Section title={t("password")} hint={t("password.hint", { email })}>
        <PasswordField form={form} name="current" label={t("password.current")} fresh={false} />
        <PasswordField form={form} name="password" label={t("password.new")} />
      </Section>
    </Form>
  );
}
