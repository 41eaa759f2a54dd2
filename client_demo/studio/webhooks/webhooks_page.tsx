import { theChannel } from "../channel";
import { Link } from "../link";
import { ListPage } from "../list_page";
import { Sign } from "../sign";
import { momentIn } from "../time";
import { t, WEBHOOKS, type Webhook } from "./webhook";

/** Where what happens in the channel is told to, and how that goes. */
export default function WebhooksPage() {
  return (
    <ListPage<Webhook>
      testid="webhooks"
      title={t("title")}
      lead={t("lead")}
      path="/webhooks"
      things="webhooks"
      keyOf={(webhook) => webhook.id}
      actions={<NewWebhook />}
      empty={{ title: t("empty.title"), text: t("empty.text"), action: <NewWebhook /> }}
      row={(webhook) => <WebhookRow webhook={webhook} />}
    />
  );
}

function NewWebhook() {
  return (
    <Link to={`${WEBHOOKS}/new`} class="button button-primary" data-testid="webhook-new">
      <Sign name="add" />
      {t("new")}
    </Link>
  );
}

/** How a webhook is, in one sentence; the times are those of the channel. */
export function standing({ state, off_reason, off_at, failing_since }: Webhook): { text: string; bad: boolean } {
  const zone = theChannel().time_zone;
  if (state === "off")
    return { text: t(`off.${off_reason ?? "person"}`, { at: off_at ? momentIn(off_at, zone) : "" }), bad: true };
  if (failing_since) return { text: t("failing", { at: momentIn(failing_since, zone) }), bad: true };
  return { text: t("works"), bad: false };
}

function WebhookRow({ webhook }: { webhook: Webhook }) {
  const { text, bad } = standing(webhook);
  return (
    <>
      <div>
        <Link to={`${WEBHOOKS}/${webhook.id}`} class="row-title webhook-url" data-testid="webhook">
          {webhook.url}
        </Link>
        {webhook.description && <p class="hint">{webhook.description}</p>}
        <p class="hint">{t.count("hears", webhook.events.length)}</p>
      </div>
      <span class={bad ? "notice notice-bad" : "badge"} data-testid="webhook-standing" data-state={webhook.state}>
        {text}
      </span>
    </>
  );
}
