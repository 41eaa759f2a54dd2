import { signal } from "@preact/signals";
import { useEffect, useMemo, useState } from "preact/hooks";
import { Button } from "../../shared/ui/button";
import { type Answer, change, codeOf, decide, make, read, tellFailure } from "../api";
import { theChannel } from "../channel";
import { TextField } from "../fields";
import { Form, useForm, type Version } from "../form";
import { Failure, Loading, PageFrame, Section } from "../page";
import { momentIn } from "../time";
import { type CustomerKeys, type CustomerSecret, type Made, t } from "./keys";
import { EndButton, SecretOnce, Tabs } from "./parts";

const SECRETS_MOST = 2;

interface Address {
  jwks_url: string;
}

const versionOf = ({ value, etag }: Answer<CustomerKeys>): Version<Address> => ({
  values: { jwks_url: value.jwks_url },
  etag,
});

/** How the shop says who its customers are: secrets that it shares with us, or the address of its own public keys. */
export default function CustomersPage() {
  const state = useMemo(() => ({ keys: signal<CustomerKeys | null>(null), failure: signal<string | null>(null) }), []);
  const [secret, setSecret] = useState<string | null>(null);
  const load = async (): Promise<void> => {
    state.failure.value = null;
    try {
      state.keys.value = (await read<CustomerKeys>("/customer-keys")).value;
    } catch (error) {
      if (decide(error).act !== "sign_in") state.failure.value = codeOf(error);
    }
  };
  useEffect(() => void load(), []);
  const keys = state.keys.value;
  const add = (): void =>
    void make<Made>("/customer-keys/secrets")
      .then(({ value }) => {
        setSecret(value.secret);
        return load();
      })
      .catch(tellFailure);
  const end = (id: string): Promise<void> =>
    make<CustomerKeys>(`/customer-keys/secrets/${id}/revoke`, {}, null).then(({ value }) => {
      state.keys.value = value;
    }, tellFailure);
  return (
    <PageFrame testid="customers" title={t("customers.title")} lead={t("customers.lead")}>
      <Tabs here="customers" />
      {state.failure.value && <Failure code={state.failure.value} again={() => void load()} />}
      {!keys && !state.failure.value && <Loading />}
      {secret && <SecretOnce secret={secret} title={t("secret.title")} text={t("secret.text")} />}
      {keys && (
        <div class="key-section">
          <Section title={t("secrets.title")} hint={t("secrets.hint")} testid="secrets">
            <dl class="customer-facts">
              <div>
                <dt class="field-label">{t("audience")}</dt>
                <dd data-testid="audience">{keys.audience}</dd>
              </div>
            </dl>
            {keys.secrets.length > 0 && (
              <ul class="rows">
                {keys.secrets.map((each) => (
                  <SecretRow key={each.id} secret={each} end={() => end(each.id)} />
                ))}
              </ul>
            )}
            <div class="form-actions">
              <Button data-testid="secret-new" disabled={keys.secrets.length >= SECRETS_MOST} onClick={add}>
                {t("secret.new")}
              </Button>
              {keys.secrets.length >= SECRETS_MOST && <span class="hint">{t("secrets.full")}</span>}
            </div>
          </Section>
        </div>
      )}
      <PublishedKeys />
    </PageFrame>
  );
}

function SecretRow({ secret, end }: { secret: CustomerSecret; end: () => Promise<void> }) {
  return (
    <li class="row card" data-testid="secret-row" data-id={secret.id}>
      <div>
        <p class="row-title">{t("hint", { hint: secret.hint })}</p>
        <p class="hint">
          {t("secret.made", { name: secret.created_by, at: momentIn(secret.created_at, theChannel().time_zone) })}
        </p>
      </div>
      <div class="row-actions">
        <EndButton
          testid="secret-revoke"
          title={t("secret.revoke.title")}
          text={t("secret.revoke.text")}
          action={t("secret.revoke")}
          end={end}
        />
      </div>
    </li>
  );
}

function PublishedKeys() {
  const form = useForm<Address>({
    place: "customers.address",
    read: async () => versionOf(await read<CustomerKeys>("/customer-keys")),
    save: async (changes, _whole, etag) => versionOf(await change<CustomerKeys>("/customer-keys", changes, etag)),
    names: { url: "jwks_url" },
  });
  return (
    <Form form={form} testid="address-form">
      <Section title={t("address.title")} hint={t("address.hint")}>
        <TextField form={form} name="jwks_url" type="url" label={t("address")} />
      </Section>
    </Form>
  );
}
