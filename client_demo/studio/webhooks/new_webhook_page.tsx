import { useState } from "preact/hooks";
import { make } from "../api";
import { Form, useForm } from "../form";
import { SecretOnce } from "../keys/parts";
import { Link } from "../link";
import { forgetLists } from "../list_state";
import { PageFrame } from "../page";
import { check, eventsOf, NOTHING, t, WEBHOOKS, type Webhook, type Wish } from "./webhook";
import { WishFields } from "./wish_fields";

/** A new webhook: where to, and what of; then what its events are signed with. */
export default function NewWebhookPage() {
  const [made, setMade] = useState<(Webhook & { secret: string }) | null>(null);
  const form = useForm<Wish>({
    place: "webhook.new",
    read: async () => ({ values: NOTHING, etag: null }),
    save: async (_changes, wish) => {
      const body = { url: wish.url.trim(), description: wish.description.trim(), events: eventsOf(wish) };
      const { value } = await make<Webhook & { secret: string }>("/webhooks", body);
      forgetLists();
      setMade(value);
      return null;
    },
    check,
    names: { events: "show.scheduled" },
  });
  return (
    <PageFrame testid="webhook-new-page" title={t("new")} back={{ to: WEBHOOKS, label: t("title") }}>
      {made ? (
        <SecretOnce secret={made.secret} title={t("secret.made")} text={t("secret.text")}>
          <Link to={`${WEBHOOKS}/${made.id}`} class="button" data-testid="webhook-made">
            {t("secret.done")}
          </Link>
        </SecretOnce>
      ) : (
        <Form form={form} testid="webhook-form" action={t("make")} saved={null}>
          <WishFields form={form} />
        </Form>
      )}
    </PageFrame>
  );
}
