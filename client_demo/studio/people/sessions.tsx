import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Button } from "../../shared/ui/button";
import { showToast } from "../../shared/ui/toast";
import { read, remove, tellFailure } from "../api";
import { theChannel } from "../channel";
import { Section } from "../page";
import { momentIn } from "../time";
import "./people.css";
import { t } from "./text";

interface SignIn {
  id: string;
  current: boolean;
  device: string;
  address: string;
  created_at: string;
  seen_at: string;
}

/** Where a person is signed in; each can be ended. `person` is an id, or `me`. */
export function Sessions({ person }: { person: string }) {
  const found = useSignal<readonly SignIn[]>([]);
  useEffect(() => {
    read<{ sessions: SignIn[] }>(`/sessions?person=${person}`).then(({ value }) => {
      found.value = value.sessions;
    }, tellFailure);
  }, [person]);
  const end = async (id: string): Promise<void> => {
    try {
      await remove(`/sessions/${id}?person=${person}`);
      found.value = found.value.filter((each) => each.id !== id);
      showToast(t("session.ended"));
    } catch (error) {
      tellFailure(error);
    }
  };
  const zone = theChannel().time_zone;
  return (
    <Section title={t("sessions")} hint={t("sessions.hint")} testid="sessions">
      {found.value.length === 0 && <p class="hint">{t("sessions.none")}</p>}
      <ul class="rows">
        {found.value.map(({ id, current, device, address, seen_at }) => (
          <li key={id} class="row" data-testid="session" data-current={current}>
            <strong>{device || t("session.unknown")}</strong>
            {current ? (
              <span class="badge">{t("session.current")}</span>
            ) : (
              <Button size="small" data-testid="session-end" onClick={() => void end(id)}>
                {t("session.end")}
              </Button>
            )}
            <span class="hint">{t("session.seen", { seen: momentIn(seen_at, zone), address })}</span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
