import { useState } from "preact/hooks";
import { lengthOf } from "../../shared/writing";
import { make } from "../api";
import { CheckField, TextField } from "../fields";
import { type Errors, Form, useForm } from "../form";
import { Link } from "../link";
import { forgetLists } from "../list_state";
import { PageFrame, Section } from "../page";
import { KEYS, type Made, NAME_MOST, SCOPES, type Scope, t } from "./keys";
import { SecretOnce } from "./parts";

type Wish = { name: string } & Record<Scope, boolean>;

const NOTHING: Wish = {
  name: "",
  "catalogue:read": false,
  "catalogue:write": false,
  "orders:read": false,
  "orders:report": false,
  "orders:write": false,
  "shows:write": false,
  "stats:read": false,
  "stats:write": false,
};

const scopesOf = (wish: Wish): Scope[] => SCOPES.filter((scope) => wish[scope]);

function check(wish: Wish): Errors<Wish> {
  const wrong: Errors<Wish> = {};
  if (!wish.name.trim()) wrong.name = t("name.missing");
  else if (lengthOf(wish.name) > NAME_MOST) wrong.name = t("name.long");
  if (scopesOf(wish).length === 0) wrong["catalogue:read"] = t("scopes.missing");
  return wrong;
}

/** A new key: what it is for and what it may; then its secret, once. */
export default function NewKeyPage() {
  const [secret, setSecret] = useState<string | null>(null);
  const form = useForm<Wish>({
    place: "key.new",
    read: async () => ({ values: NOTHING, etag: null }),
    save: async (_changes, wish) => {
      const { value } = await make<Made>("/keys", { name: wish.name.trim(), scopes: scopesOf(wish) });
      forgetLists();
      setSecret(value.secret);
      return null;
    },
    check,
    names: { scopes: "catalogue:read" },
  });
  const wrong = form.errors.value["catalogue:read"];
  return (
    <PageFrame testid="key-new-page" title={t("new")} back={{ to: KEYS, label: t("title") }}>
      {secret ? (
        <SecretOnce secret={secret} title={t("made.title")} text={t("made.text")}>
          <Link to={KEYS} class="button" data-testid="key-done">
            {t("made.done")}
          </Link>
        </SecretOnce>
      ) : (
        <Form form={form} testid="key-form" action={t("make")} saved={null}>
          <Section title={t("what")}>
            <TextField form={form} name="name" label={t("name")} hint={t("name.hint")} most={NAME_MOST} />
            <fieldset class="scopes" aria-describedby="scopes-wrong">
              <legend class="field-label">{t("scopes")}</legend>
              {SCOPES.map((scope) => (
                <CheckField key={scope} form={form} name={scope} label={t(`scope.${scope}`)} />
              ))}
              <p class="field-wrong" id="scopes-wrong" data-testid="wrong-scopes">
                {wrong}
              </p>
            </fieldset>
          </Section>
        </Form>
      )}
    </PageFrame>
  );
}
