import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { PageProps } from "../../shared/pages/routes";
import { Button } from "../../shared/ui/button";
import { showToast } from "../../shared/ui/toast";
import { type Answer, change, make, read, remove, tellFailure } from "../api";
import { Form, useForm } from "../form";
import { EndButton, SecretOnce } from "../keys/parts";
import { forgetLists } from "../list_state";
import { PageFrame, Section } from "../page";
import { go } from "../router";
import { Deliveries } from "./deliveries";
import { check, eventsOf, t, versionOf, WEBHOOKS, type Webhook, type Wish } from "./webhook";
import { standing } from "./webhooks_page";
import { WishFields } from "./wish_fields";

/** One webhook: where it goes, how it goes, what was sent. */
export default function WebhookPage({ params }: PageProps) {
  const path = `/webhooks/${encodeURIComponent(params["id"] ?? "")}`;
  const webhook = useSignal<Webhook | null>(null);
  const sent = useSignal(0);
  const taken = (answer: Answer<Webhook>) => {
    webhook.value = answer.value;
    forgetLists();
    return versionOf(answer);
  };
  const form = useForm<Wish>({
    place: `webhook.${params["id"]}`,
    read: async () => taken(await read<Webhook>(path)),
    save: async (_changes, wish, etag) => {
      const body = { url: wish.url.trim(), description: wish.description.trim(), events: eventsOf(wish) };
      return taken(await change<Webhook>(path, body, etag));
    },
    check,
    names: { events: "show.scheduled" },
  });
  const now = webhook.value;
  return (
    <PageFrame testid="webhook-page" title={now?.url ?? t("webhook")} back={{ to: WEBHOOKS, label: t("title") }}>
      {now && <Standing path={path} now={now} changed={() => void form.load()} tested={() => sent.value++} />}
      <Form form={form} testid="webhook-form">
        <WishFields form={form} />
      </Form>
      {now && (
        <>
          <Deliveries path={path} sent={sent} on={now.state === "on"} />
          <Secrets path={path} />
          <Section title={t("remove")} hint={t("remove.hint")}>
            <EndButton
              testid="webhook-remove"
              title={t("remove.title")}
              text={t("remove.text")}
              action={t("remove.action")}
              end={() =>
                remove(path).then(() => {
                  forgetLists();
                  go(WEBHOOKS);
                }, tellFailure)
              }
            />
          </Section>
        </>
      )}
    </PageFrame>
  );
}

/** How it goes; and off, on, and a test. */
function Standing({ path, now, changed, tested }: { path: string; now: Webhook; changed: () => void; tested: () => void }) {
  const { text, bad } = standing(now);
  const turn = (state: "on" | "off"): void => void change<Webhook>(path, { state }, null).then(changed, tellFailure);
  const test = (): void =>
    void make(`${path}/test`).then(() => {
      showToast(t("test.sent"));
      tested();
    }, tellFailure);
  return (
    <section class="section card webhook-standing" aria-label={t("standing")}>
      <p
        class={bad ? "notice notice-bad" : now.state === "on" ? "badge badge-good" : "notice"}
        role="status"
        data-testid="webhook-standing"
        data-state={now.state}
      >
        {text}
      </p>
      <div class="form-actions">
        {now.state === "on" && (
          <Button data-testid="webhook-test" onClick={test}>
            {t("test")}
          </Button>
        )}
        <Button data-testid="webhook-turn" onClick={() => turn(now.state === "on" ? "off" : "on")}>
          {t(now.state === "on" ? "turn.off" : "turn.on")}
        </Button>
      </div>
    </section>
  );
}

/** What events are signed with; shown when asked for. */
function Secrets({ path }: { path: string }) {
  const secrets = useSignal<string[]>([]);
  useEffect(() => {
    secrets.value = [];
  }, [path]);
  const show = (work: Promise<{ value: { secrets: string[] } }>): Promise<void> =>
    work.then(({ value }) => {
      secrets.value = value.secrets;
    }, tellFailure);
  return (
    <Section title={t("secret")} hint={t("secret.hint")}>
      {secrets.value.map((each, index) => (
        <SecretOnce
          key={each}
          secret={each}
          title={t(index ? "secret.old" : "secret.new")}
          text={t(index ? "secret.old.text" : "secret.text")}
        />
      ))}
      <div class="form-actions">
        <Button data-testid="secret-show" onClick={() => void show(read(`${path}/secret`))}>
          {t("secret.show")}
        </Button>
        <EndButton
          testid="secret-rotate"
          title={t("secret.rotate.title")}
          text={t("secret.rotate.text")}
          action={t("secret.rotate")}
          end={() => show(make(`${path}/secret`))}
        />
      </div>
    </Section>
  );
}
