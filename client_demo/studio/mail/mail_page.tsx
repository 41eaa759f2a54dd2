import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { money, percent } from "../../shared/format";
import { Button } from "../../shared/ui/button";
import { showToast } from "../../shared/ui/toast";
import { codeOf, make, read, remove, tellFailure } from "../api";
import { theChannel } from "../channel";
import { Link } from "../link";
import { Empty, Failure, Loading, PageFrame } from "../page";
import { momentIn } from "../time";
import { type FollowUp, MAIL, type Sender, t } from "./mail";
import { Tabs } from "./tabs";

const AGAIN_MS = 2_000;

/** Ended shows, whether their viewers were written to, and what came of it. */
export default function MailPage() {
  const sender = useSignal<Sender | null>(null);
  const shows = useSignal<FollowUp[] | null>(null);
  const failure = useSignal<string | null>(null);
  const load = async (): Promise<void> => {
    try {
      const [about, found] = await Promise.all([read<Sender>("/mail"), read<{ shows: FollowUp[] }>("/mail/shows")]);
      sender.value = about.value;
      shows.value = found.value.shows;
      failure.value = null;
    } catch (error) {
      failure.value = codeOf(error);
    }
  };
  useEffect(() => void load(), []);
  const moving = shows.value?.some(({ state, queued }) => state === "preparing" || queued > 0) ?? false;
  useEffect(() => {
    if (!moving) return;
    const timer = setInterval(() => void load(), AGAIN_MS);
    return () => clearInterval(timer);
  }, [moving]);
  return (
    <PageFrame testid="mail-page" title={t("title")} lead={t("lead")}>
      <Tabs here="shows" />
      {failure.value && <Failure code={failure.value} again={() => void load()} />}
      {sender.value && <Standing now={sender.value} />}
      {!shows.value && !failure.value && <Loading />}
      {shows.value?.length === 0 && <Empty title={t("empty.title")} text={t("empty.text")} />}
      <ul class="rows">
        {shows.value?.map((each) => (
          <li key={each.show} class="card mail-show" data-testid="mail-show" data-show={each.show}>
            <ShowMail of={each} ready={Boolean(sender.value?.sender_address)} changed={() => void load()} />
          </li>
        ))}
      </ul>
      <p class="hint">{t("numbers.hint")}</p>
    </PageFrame>
  );
}

/** Whether anything is sent at all, said as it is. */
function Standing({ now }: { now: Sender }) {
  return (
    <div class="mail-standing" data-testid="mail-standing" data-sending={now.sending}>
      {now.sending === "kept" && (
        <p class="notice" role="status">
          {t("kept")} <Link to={`${MAIL}/messages`}>{t("kept.see")}</Link>
        </p>
      )}
      {!now.sender_address && (
        <p class="notice" role="status" data-testid="mail-no-sender">
          {t("no_sender")} <Link to={`${MAIL}/sender`}>{t("no_sender.set")}</Link>
        </p>
      )}
      {now.sending === "on" && !now.bounces && <p class="hint">{t("no_bounces")}</p>}
      {now.sender_address && (
        <p class="hint">{now.auto_after_hours === null ? t("by_hand") : t.count("by_itself", now.auto_after_hours)}</p>
      )}
    </div>
  );
}

function ShowMail({ of, ready, changed }: { of: FollowUp; ready: boolean; changed: () => void }) {
  const path = `/mail/shows/${encodeURIComponent(of.show)}`;
  const send = (): void =>
    void make(path, {}, null).then(() => {
      showToast(t("begun"));
      changed();
    }, tellFailure);
  const cancel = (): void =>
    void remove(path).then(() => {
      showToast(t("cancelled"));
      changed();
    }, tellFailure);
  return (
    <>
      <div class="mail-show-head">
        <div>
          <h2 class="row-title">{of.title}</h2>
          <p class="hint">
            {[of.ended_at && t("ended", { at: momentIn(of.ended_at, theChannel().time_zone) }), t.count("agreed", of.agreed)]
              .filter(Boolean)
              .join(" · ")}
          </p>
        </div>
        {of.state === null && (
          <Button look="primary" data-testid="mail-send" disabled={!ready || of.agreed === 0} onClick={send}>
            {t("send")}
          </Button>
        )}
        {of.state !== null && of.state !== "cancelled" && (of.queued > 0 || of.state === "preparing") && (
          <Button data-testid="mail-cancel" onClick={cancel}>
            {t("cancel")}
          </Button>
        )}
      </div>
      {of.state !== null && <Numbers of={of} />}
    </>
  );
}

/** What came of it; clicks first, since proxies open everything. */
function Numbers({ of }: { of: FollowUp }) {
  const share = (n: number): string => (of.delivered > 0 ? ` (${percent(n / of.delivered)})` : "");
  const rows: [Parameters<typeof t>[0], string][] = [
    ["number.clicked", `${of.clicked}${share(of.clicked)}`],
    ["number.orders", of.orders > 0 ? `${of.orders} · ${money(of.amount_minor, of.currency)}` : "0"],
    ["number.opened", `${of.opened}${share(of.opened)}`],
    ["number.opened_raw", `${of.opened_raw}${share(of.opened_raw)}`],
    ["number.recipients", String(of.recipients)],
    ["number.queued", String(of.queued)],
    ["number.sent", String(of.sent)],
    ["number.delivered", String(of.delivered)],
    ["number.bounced", String(of.bounced)],
    ["number.unsubscribed", String(of.unsubscribed)],
  ];
  for (const name of ["kept", "failed", "withheld", "complained"] as const) {
    if (of[name] > 0) rows.push([`number.${name}`, String(of[name])]);
  }
  return (
    <dl class="mail-numbers" data-testid="mail-numbers">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt class="hint">{t(name)}</dt>
          <dd data-testid={`mail-${name.replace(".", "-")}`}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
