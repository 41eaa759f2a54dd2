import { useSignal } from "@preact/signals";
import type { PageProps } from "../../shared/pages/routes";
import { Button } from "../../shared/ui/button";
import { Dialog } from "../../shared/ui/dialog";
import { showToast } from "../../shared/ui/toast";
import { change, make, read, remove, tellFailure } from "../api";
import { SelectField, TextField } from "../fields";
import { Form, useForm } from "../form";
import { forgetLists } from "../list_state";
import { PageFrame, Section } from "../page";
import { go } from "../router";
import { shared } from "../text";
import { CopyLink } from "./copy_link";
import { type NewLink, type Particulars, type Person, particularsOf, roleOptions } from "./person";
import { Sessions } from "./sessions";
import { t } from "./text";

const NAME_MOST = 40;

/** One of the channel's people, for an admin: what they may, where they are signed in, and the end of their membership. */
export default function PersonPage({ params }: PageProps) {
  const id = params["id"] ?? "";
  const path = `/people/${encodeURIComponent(id)}`;
  const form = useForm<Particulars>({
    place: `person.${id}`,
    read: async () => particularsOf(await read<Person>(path)),
    save: async (changes, _whole, etag) => {
      const saved = particularsOf(await change<Person>(path, changes, etag));
      forgetLists();
      return saved;
    },
    check: ({ name }) => (name.trim() ? {} : { name: t("name.missing") }),
  });
  const name = form.stored.value?.values.name ?? "";
  return (
    <PageFrame testid="person-page" title={name || t("person")} back={{ to: "/studio/people", label: t("title") }}>
      <Form form={form} testid="person-form">
        <Section title={t("person")}>
          <TextField form={form} name="name" label={t("name")} hint={t("name.hint")} most={NAME_MOST} />
          <TextField form={form} name="email" label={t("email.sign_in")} type="email" />
          <SelectField form={form} name="role" label={t("role")} hint={t("role.hint")} options={roleOptions()} />
        </Section>
      </Form>
      {form.stored.value && (
        <>
          <Sessions person={id} />
          <Password path={path} />
          <Removal path={path} name={name} />
        </>
      )}
    </PageFrame>
  );
}

function Password({ path }: { path: string }) {
  const link = useSignal<NewLink | null>(null);
  const ask = async (): Promise<void> => {
    try {
      link.value = (await make<NewLink>(`${path}/reset`, {}, null)).value;
    } catch (error) {
      tellFailure(error);
    }
  };
  return (
    <Section title={t("reset")} hint={t("reset.hint")}>
      {link.value ? (
        <CopyLink link={link.value} />
      ) : (
        <div class="form-actions">
          <Button data-testid="reset" onClick={() => void ask()}>
            {t("reset.action")}
          </Button>
        </div>
      )}
    </Section>
  );
}

function Removal({ path, name }: { path: string; name: string }) {
  const asked = useSignal(false);
  const close = (): void => {
    asked.value = false;
  };
  const act = async (): Promise<void> => {
    try {
      await remove(path);
      forgetLists();
      showToast(t("removed", { name }));
      go("/studio/people");
    } catch (error) {
      close();
      tellFailure(error);
    }
  };
  return (
    <Section title={t("remove")} hint={t("remove.hint")}>
      <div class="form-actions">
        <Button
          look="danger"
          data-testid="remove"
          onClick={() => {
            asked.value = true;
          }}
        >
          {t("remove.action")}
        </Button>
      </div>
      {asked.value && (
        <Dialog title={t("remove.sure", { name })} testid="remove-dialog" onClose={close}>
          <p>{t("remove.hint")}</p>
          <div class="form-actions">
            <Button look="danger" data-testid="remove-confirm" onClick={() => void act()}>
              {t("remove.action")}
            </Button>
            <Button onClick={close}>{shared("cancel")}</Button>
          </div>
        </Dialog>
      )}
    </Section>
  );
}
