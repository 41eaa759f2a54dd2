import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { request } from "../../sdk/http";
import { count, money, percent } from "../../shared/format";
import { session } from "../../shared/staff/session";
import { t } from "../text";

interface FollowUp {
  state: string | null;
  currency: string;
  delivered: number;
  clicked: number;
  opened: number;
  opened_raw: number;
  unsubscribed: number;
  orders: number;
  amount_minor: number;
}

/** What became of the mail after the show; nothing where none was sent. Clicks come first, since proxies open everything. */
export function FollowUpMail({ show }: { show: string }) {
  const found = useSignal<FollowUp | null>(null);
  const token = session.value?.token;
  useEffect(() => {
    if (!token) return;
    request<FollowUp>(`/shows/${encodeURIComponent(show)}/stats/mail`, { token }).then(
      (value) => {
        found.value = value;
      },
      () => {
        found.value = null; // the report stands without it
      },
    );
  }, [show, token]);
  const now = found.value;
  if (!now?.state) return null;
  const share = (n: number): string => (now.delivered > 0 ? `${count(n)} (${percent(n / now.delivered)})` : count(n));
  const rows = [
    [t("mail.delivered"), count(now.delivered)],
    [t("mail.clicked"), share(now.clicked)],
    [t("mail.opened"), share(now.opened)],
    [t("mail.opened_raw"), share(now.opened_raw)],
    [t("mail.orders"), now.orders > 0 ? `${count(now.orders)} · ${money(now.amount_minor, now.currency)}` : count(0)],
    [t("mail.unsubscribed"), count(now.unsubscribed)],
  ];
  return (
    <section class="card" aria-labelledby="mail-title" data-testid="mail-figures">
      <h2 id="mail-title">{t("mail.title")}</h2>
      <table class="table">
        <tbody>
          {rows.map(([name, value]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="hint">{t("mail.hint")}</p>
    </section>
  );
}
