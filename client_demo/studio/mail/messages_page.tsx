import type { PageProps } from "../../shared/pages/routes";
import { Button } from "../../shared/ui/button";
import { theChannel } from "../channel";
import { ListPage } from "../list_page";
import { stay } from "../router";
import { momentIn } from "../time";
import { MAIL, type Message, t } from "./mail";
import { Tabs } from "./tabs";

const STATES = ["kept", "queued", "sent", "bounced", "failed", "withheld"] as const;

/** Each message and how it went. What was kept, and tests, can be looked at. */
export default function MessagesPage({ query }: PageProps) {
  const state = STATES.find((each) => each === query.get("state"));
  return (
    <ListPage<Message>
      testid="mail-messages"
      title={t("tab.messages")}
      lead={t("messages.lead")}
      path={state ? `/mail/messages?state=${state}` : "/mail/messages"}
      things="messages"
      keyOf={({ id }) => id}
      filtered={Boolean(state)}
      empty={{ title: t("messages.empty.title"), text: t("messages.empty.text") }}
      row={(message) => <Row message={message} />}
    >
      <Tabs here="messages" />
      <search class="list-filters">
        {[undefined, ...STATES].map((each) => (
          <Button
            key={each ?? "all"}
            aria-pressed={each === state}
            data-testid={`mail-state-${each ?? "all"}`}
            onClick={() => stay(`${MAIL}/messages`, each ? { state: each } : {})}
          >
            {t(`state.${each ?? "all"}`)}
          </Button>
        ))}
      </search>
    </ListPage>
  );
}

function Row({ message }: { message: Message }) {
  const { kind, address, subject, state, error, at, look } = message;
  const why = error ? (t.maybe(`why.${error}`) ?? error) : "";
  return (
    <>
      <div>
        <p class="row-title">{subject || t("gone")}</p>
        <p class="hint">
          {[t.maybe(`kind.${kind}`) ?? kind, address ?? t("gone"), momentIn(at, theChannel().time_zone), why]
            .filter(Boolean)
            .join(" · ")}
        </p>
        {look && (
          <details class="mail-seen">
            <summary data-testid="mail-look-open">{t("look")}</summary>
            <iframe class="mail-frame" src={look} title={subject} loading="lazy" data-testid="mail-frame" />
          </details>
        )}
      </div>
      <span class={state === "bounced" || state === "failed" ? "badge badge-bad" : "badge"} data-testid="mail-message-state">
        {t(`state.${state}`)}
      </span>
    </>
  );
}
