import { useSignal } from "@preact/signals";
import { dateTime, money } from "../../shared/format";
import { type Answer, read, remove, replace, tellFailure } from "../api";
import { theChannel } from "../channel";
import { CheckField, TextField } from "../fields";
import { Form, useForm } from "../form";
import type { FormState } from "../form_state";
import { CopyBox, EndButton } from "../keys/parts";
import { PageFrame, Section } from "../page";
import { type Account, atStripe, bodyOf, methodsIn, NAME_MOST, PATH, t, versionOf, type Wish, wrongOf } from "./account";
import "./payments.css";

/** The channel's account at Stripe: its keys, what buyers may pay by, where webhooks go, and what is wrong. */
export default function PaymentsPage() {
  const { currency, name } = theChannel();
  const kept = useSignal<Account | null>(null);
  const etag = useSignal<string | null>(null);
  const taken = (answer: Answer<Account>) => {
    kept.value = answer.value;
    etag.value = answer.etag;
    return versionOf(answer, name);
  };
  const form = useForm<Wish>({
    place: "payments",
    read: async () => taken(await read<Account>(PATH)),
    save: async (_changes, wish, version) => taken(await replace<Account>(PATH, bodyOf(wish, currency), version)),
    check: (wish) => wrongOf(wish, currency, Boolean(kept.peek()?.provider)),
    names: { methods: "card" },
    secret: ["secret", "webhook_secret"],
  });
  const now = kept.value;
  const isSet = Boolean(now?.provider);
  return (
    <PageFrame testid="payments" title={t("title")} lead={t("lead")}>
      {now && <Standing now={now} />}
      {now && <Webhook now={now} />}
      <Form form={form} testid="payments-form">
        <Keys form={form} now={now} />
        <Methods form={form} currency={currency} />
      </Form>
      {now && now.disputes.length > 0 && <Disputes now={now} />}
      {now && now.earlier.length > 0 && <Earlier now={now} />}
      {isSet && (
        <Section title={t("remove.section")} hint={t("remove.hint")}>
          <EndButton
            testid="payments-remove"
            title={t("remove.title")}
            text={t("remove.text")}
            action={t("remove")}
            end={() => remove(PATH, etag.value).then(() => form.load(), tellFailure)}
          />
        </Section>
      )}
    </PageFrame>
  );
}

/** Whether buyers can pay, and what is in the way. */
function Standing({ now }: { now: Account }) {
  const said = standing(now);
  return (
    <section class="section card" aria-label={t("standing")} data-testid="payments-standing" data-state={said.name}>
      {now.provider && (
        <p class="payments-badges">
          <span class={now.live ? "badge badge-good" : "badge"} data-testid="payments-mode" data-live={now.live}>
            {t(now.live ? "live" : "test")}
          </span>
          <span class="hint">{t("key", { end: now.key_ends, account: now.account || t("account.unknown") })}</span>
        </p>
      )}
      <p class={said.bad ? "notice notice-bad" : "hint"} role="status">
        {said.text}
      </p>
    </section>
  );
}

function standing(now: Account): { name: string; text: string; bad: boolean } {
  if (!now.provider) return { name: "none", text: t("none"), bad: false };
  if (now.refused_at) return { name: "refused", text: t("refused", { at: dateTime(now.refused_at) }), bad: true };
  if (!now.returns) return { name: "no_way_back", text: t("no_way_back"), bad: true };
  if (!now.heard_at) return { name: "unheard", text: t("unheard"), bad: now.webhook_secrets === 0 };
  return { name: "good", text: t(now.live ? "good" : "good.test", { at: dateTime(now.heard_at) }), bad: false };
}

function Webhook({ now }: { now: Account }) {
  return (
    <Section title={t("webhook")} hint={t("webhook.hint")}>
      <CopyBox text={now.webhook} label={t("webhook")} testid="payments-webhook" />
      <details class="payments-events">
        <summary>{t.count("events", now.events.length)}</summary>
        <ul>
          {now.events.map((each) => (
            <li key={each}>
              <code>{each}</code>
            </li>
          ))}
        </ul>
      </details>
    </Section>
  );
}

function Keys({ form, now }: { form: FormState<Wish>; now: Account | null }) {
  const isSet = Boolean(now?.provider);
  return (
    <Section title={t("keys")} hint={t("keys.hint")}>
      <TextField
        form={form}
        name="secret"
        type="password"
        autocomplete="new-password"
        label={t("secret")}
        hint={t(isSet ? "kept" : "secret.hint")}
      />
      <TextField
        form={form}
        name="webhook_secret"
        type="password"
        autocomplete="new-password"
        label={t("webhook_secret")}
        hint={t(now?.webhook_secrets ? "webhook_secret.kept" : "webhook_secret.hint")}
      />
    </Section>
  );
}

function Methods({ form, currency }: { form: FormState<Wish>; currency: string }) {
  return (
    <Section title={t("methods")} hint={t("methods.hint")}>
      {methodsIn(currency).map((each) => (
        <CheckField key={each} form={form} name={each} label={t(`method.${each}`)} hint={t(`method.${each}.hint`)} />
      ))}
      <p class="field-wrong" data-testid="wrong-methods">
        {form.errors.value.card}
      </p>
      <TextField form={form} name="shown_as" label={t("shown_as")} hint={t("shown_as.hint")} most={NAME_MOST} />
    </Section>
  );
}

/** What buyers' banks dispute; it is answered at Stripe. */
function Disputes({ now }: { now: Account }) {
  return (
    <Section title={t("disputes")} hint={t("disputes.hint")} testid="payments-disputes">
      <ul class="payments-list">
        {now.disputes.map((each) => (
          <li key={each.dispute} data-testid="dispute" data-state={each.state}>
            <a href={atStripe(each, now.live)} target="_blank" rel="noreferrer">
              {money(each.amount, each.currency)}
            </a>
            <span>{t.maybe(`dispute.${each.state}`) ?? each.state}</span>
            {each.due_at && <span class="hint">{t("dispute.due", { at: dateTime(each.due_at) })}</span>}
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Earlier({ now }: { now: Account }) {
  return (
    <Section title={t("earlier")} hint={t("earlier.hint")} testid="payments-earlier">
      <ul class="payments-list">
        {now.earlier.map((each) => (
          <li key={`${each.account}${each.key_ends}`}>
            <span>{t("key", { end: each.key_ends, account: each.account || t("account.unknown") })}</span>
            <span class="hint">{t.count("earlier.unfinished", each.unfinished)}</span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
