import { roleName } from "../../shared/staff/roles";
import { Form, useForm } from "../form";
import { Section } from "../page";
import { Door } from "./door";
import { type Sight, useLink } from "./link";
import { checkPassword, PasswordField } from "./password_field";
import { t } from "./text";
import { checkWho, NAMES, personOf, type Who } from "./who";
import { WhoFields } from "./who_fields";

/** Where an invitation leads, or an admin's link to a new password. */
export default function JoinPage() {
  return (
    <Door
      testid="join"
      kinds={["join", "reset"]}
      title={({ kind, channel, name }) => (kind === "join" ? t("join.title", { channel }) : t("reset.title", { name }))}
      lead={({ kind, channel, role }) =>
        kind === "join" ? t("join.lead", { role: roleName(role) }) : t("reset.lead", { channel })
      }
    >
      {(sight) => (sight.kind === "join" ? <Joining sight={sight} /> : <Resetting sight={sight} />)}
    </Door>
  );
}

function Joining({ sight }: { sight: Sight }) {
  const form = useForm<Who>({
    place: "join",
    read: () => Promise.resolve({ values: { person_name: "", email: sight.email, password: "" }, etag: null }),
    save: async (_changes, whole) => {
      await useLink("/invitations/accept", { person: personOf(whole) }, { ...whole, password: "" });
      return null;
    },
    check: checkWho,
    names: NAMES,
    secret: ["password"],
    fresh: true,
  });
  return (
    <Form form={form} testid="join-form" action={t("join.action")} saved={null}>
      <Section title={t("you")}>
        <WhoFields form={form} />
      </Section>
    </Form>
  );
}

function Resetting({ sight }: { sight: Sight }) {
  const form = useForm<{ password: string }>({
    place: "reset",
    read: () => Promise.resolve({ values: { password: "" }, etag: null }),
    save: async (_changes, { password }) => {
      await useLink("/password/reset", { password }, {});
      return null;
    },
    check: ({ password }) => {
      const said = checkPassword(password);
      return said ? { password: said } : {};
    },
    secret: ["password"],
    fresh: true,
  });
  return (
    <Form form={form} testid="reset-form" action={t("reset.action")} saved={null}>
      <Section title={sight.email} hint={t("reset.hint")}>
        <PasswordField form={form} name="password" label={t("password.new")} />
      </Section>
    </Form>
  );
}
