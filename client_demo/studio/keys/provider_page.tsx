import { useSignal } from "@preact/signals";
import { Button } from "../../shared/ui/button";
import { type Answer, decide, explain, make, read, remove, replace, tellFailure } from "../api";
import { TextField } from "../fields";
import { type Errors, Form, useForm, type Version } from "../form";
import { PageFrame, Section } from "../page";
import { sayWrong } from "../text";
import { t } from "./keys";
import { CopyBox, EndButton, Tabs } from "./parts";

const PATH = "/oidc";

interface Provider {
  issuer: string;
  client_id: string;
  redirect_uri: string;
}

interface Wish {
  issuer: string;
  client_id: string;
  client_secret: string;
}

/** The company's own provider of sign-ins: what it is called here, and what this server is called there. */
export default function ProviderPage() {
  const kept = useSignal<Provider | null>(null);
  const etag = useSignal<string | null>(null);
  const taken = (answer: Answer<Provider>): Version<Wish> => {
    kept.value = answer.value;
    etag.value = answer.etag;
    const { issuer, client_id } = answer.value;
    return { values: { issuer, client_id, client_secret: "" }, etag: answer.etag };
  };
  const form = useForm<Wish>({
    place: "provider",
    read: async () => taken(await read<Provider>(PATH)),
    save: async (_changes, wish, version) => {
      const { client_secret } = wish;
      const body = { issuer: wish.issuer.trim(), client_id: wish.client_id.trim(), ...(client_secret && { client_secret }) };
      return taken(await replace<Provider>(PATH, body, version));
    },
    check,
    names: { url: "issuer" },
    secret: ["client_secret"],
  });
  const now = kept.value;
  const isSet = Boolean(now?.issuer);
  return (
    <PageFrame testid="provider" title={t("provider.title")} lead={t("provider.lead")}>
      <Tabs here="provider" />
      {now && (
        <Section title={t("provider.callback")} hint={t("provider.callback.hint")}>
          <CopyBox text={now.redirect_uri} label={t("provider.callback")} testid="provider-callback" />
        </Section>
      )}
      <Form form={form} testid="provider-form">
        <Section title={t("provider.form")}>
          <TextField form={form} name="issuer" type="url" label={t("provider.issuer")} hint={t("provider.issuer.hint")} />
          <Test issuer={() => form.values.issuer.trim()} />
          <TextField form={form} name="client_id" label={t("provider.client")} />
          <TextField
            form={form}
            name="client_secret"
            type="password"
            autocomplete="new-password"
            label={t("provider.secret")}
            hint={t(isSet ? "provider.secret.kept" : "provider.secret.hint")}
          />
        </Section>
      </Form>
      {isSet && (
        <Section title={t("provider.remove.section")} hint={t("provider.remove.hint")}>
          <EndButton
            testid="provider-remove"
            title={t("provider.remove.title")}
            text={t("provider.remove.text")}
            action={t("provider.remove")}
            end={() => remove(PATH, etag.value).then(() => form.load(), tellFailure)}
          />
        </Section>
      )}
    </PageFrame>
  );
}

function check({ issuer, client_id }: Wish): Errors<Wish> {
  const wrong: Errors<Wish> = {};
  if (!issuer.trim()) wrong.issuer = t("provider.missing");
  if (!client_id.trim()) wrong.client_id = t("provider.missing");
  return wrong;
}

/** Asks the server whether a provider answers at what stands in the field; nothing is kept. */
function Test({ issuer }: { issuer: () => string }) {
  const said = useSignal("");
  const bad = useSignal(false);
  const busy = useSignal(false);
  const tell = (text: string, isBad: boolean): void => {
    said.value = text;
    bad.value = isBad;
  };
  const test = async (): Promise<void> => {
    if (!issuer()) return tell(t("provider.missing"), true);
    busy.value = true;
    try {
      await make(`${PATH}/test`, { issuer: issuer() }, null);
      tell(t("provider.test.good"), false);
    } catch (error) {
      const decision = decide(error);
      const first = decision.act === "fields" ? decision.errors[0] : undefined;
      tell(first ? sayWrong(first.code, first.why) : explain(error), true);
    } finally {
      busy.value = false;
    }
  };
  return (
    <div class="form-actions">
      <Button disabled={busy.value} data-testid="provider-test" onClick={() => void test()}>
        {t("provider.test")}
      </Button>
      <span role="status" class={bad.value ? "field-wrong" : "hint"} data-bad={bad.value} data-testid="provider-tested">
        {said.value}
      </span>
    </div>
  );
}
