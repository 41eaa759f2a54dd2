import { useSignal } from "@preact/signals";
import type { Role } from "../../sdk/wire";
import { Button } from "../../shared/ui/button";
import { make } from "../api";
import { SelectField, TextField } from "../fields";
import { Form, useForm } from "../form";
import { PageFrame, Section } from "../page";
import { CopyLink } from "./copy_link";
import { type NewLink, roleOptions } from "./person";
import { t } from "./text";

interface Wish {
  role: Role;
  email: string;
  hours: string;
}

const BLANK: Wish = { role: "host", email: "", hours: "72" };
const HOURS = ["24", "72", "168", "720"] as const;

/** A new invitation: in which role, for how long; then the link, to be handed over. */
export default function InvitePage() {
  const made = useSignal<NewLink | null>(null);
  const form = useForm<Wish>({
    place: "person.new",
    read: () => Promise.resolve({ values: BLANK, etag: null }),
    save: async (_changes, { role, email, hours }) => {
      const wish = { role, hours: Number(hours), ...(email.trim() && { email: email.trim() }) };
      made.value = (await make<NewLink>("/invitations", wish)).value;
      return null;
    },
    fresh: true,
  });
  return (
    <PageFrame
      testid="invite-page"
      title={t("invite.title")}
      lead={t("invite.lead")}
      back={{ to: "/studio/people", label: t("title") }}
    >
      {made.value ? (
        <Section title={t("link.title")} hint={t("link.hint")}>
          <CopyLink link={made.value} />
          <div class="form-actions">
            <Button
              data-testid="invite-another"
              onClick={() => {
                made.value = null;
              }}
            >
              {t("invite.another")}
            </Button>
          </div>
        </Section>
      ) : (
        <Form form={form} testid="invite-form" action={t("invite.action")} saved={null}>
          <Section title={t("invite.who")}>
            <SelectField form={form} name="role" label={t("role")} options={roleOptions()} />
            <TextField form={form} name="email" label={t("email")} hint={t("email.hint")} type="email" />
            <SelectField
              form={form}
              name="hours"
              label={t("hours")}
              options={HOURS.map((hours) => ({ value: hours, label: t.count("days", Number(hours) / 24) }))}
            />
          </Section>
        </Form>
      )}
    </PageFrame>
  );
}
