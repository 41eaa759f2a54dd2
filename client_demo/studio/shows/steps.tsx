import { useSignal } from "@preact/signals";
import type { Show } from "../../sdk/wire";
import { Button } from "../../shared/ui/button";
import { Dialog } from "../../shared/ui/dialog";
import { showToast } from "../../shared/ui/toast";
import { type Answer, make, tellFailure } from "../api";
import { forgetLists } from "../list_state";
import { shared } from "../text";
import { offerUndo } from "../undo";
import { copyShow } from "./shows_page";
import { t } from "./text";

type Step = "schedule" | "rehearse" | "cancel";

interface Props {
  show: Show;
  /** Hears how the show stands after a step. */
  done: (answer: Answer<Show>) => void;
}

/** What can be done with the show as it stands: the next step first. */
export function Steps({ show, done }: Props) {
  const asked = useSignal(false);
  const { id, state } = show;
  const take = async (step: Step): Promise<boolean> => {
    try {
      done(await make<Show>(`/shows/${id}/${step}`, {}, null));
      forgetLists();
      return true;
    } catch (error) {
      tellFailure(error);
      return false;
    }
  };
  const act = (step: Step, said: "scheduled" | "rehearsing" | "rehearsed") => async (): Promise<void> => {
    if (await take(step)) showToast(t(`done.${said}`));
  };
  const query = `?show=${encodeURIComponent(id)}`;
  return (
    <>
      {state === "draft" && (
        <Button look="primary" data-testid="show-schedule" onClick={act("schedule", "scheduled")}>
          {t("schedule")}
        </Button>
      )}
      {state === "cancelled" && (
        <Button data-testid="show-schedule" onClick={act("schedule", "scheduled")}>
          {t("schedule.again")}
        </Button>
      )}
      {state === "rehearsal" && (
        <Button data-testid="show-rehearsed" onClick={act("schedule", "rehearsed")}>
          {t("rehearsal.end")}
        </Button>
      )}
      {(state === "scheduled" || state === "rehearsal" || state === "live") && (
        <a class="button button-primary" href={`/host${query}`} data-testid="show-host">
          {t("host_page")}
        </a>
      )}
      {state === "scheduled" && (
        <Button data-testid="show-rehearse" onClick={act("rehearse", "rehearsing")}>
          {t("rehearse")}
        </Button>
      )}
      {(state === "scheduled" || state === "live" || state === "ended") && (
        <a class="button" href={`/shows/${encodeURIComponent(id)}`} data-testid="show-page">
          {t("viewer_page")}
        </a>
      )}
      {state === "ended" && (
        <a class="button" href={`/analyst/shows/${encodeURIComponent(id)}`} data-testid="show-figures">
          {t("figures")}
        </a>
      )}
      <Button data-testid="show-copy" onClick={() => void copyShow(show)}>
        {t("copy")}
      </Button>
      {(state === "scheduled" || state === "rehearsal") && (
        <Button look="quiet" data-testid="show-cancel" onClick={() => (asked.value = true)}>
          {t("cancel")}
        </Button>
      )}
      {asked.value && (
        <Dialog title={t("cancel.title")} onClose={() => (asked.value = false)} testid="cancel-dialog">
          <p>{t("cancel.text")}</p>
          <div class="dialog-actions">
            <Button onClick={() => (asked.value = false)}>{shared("close")}</Button>
            <Button
              look="danger"
              data-testid="cancel-confirm"
              onClick={() => {
                asked.value = false;
                void take("cancel").then((taken) => {
                  if (taken) offerUndo(t("done.cancelled"), () => take("schedule"));
                });
              }}
            >
              {t("cancel")}
            </Button>
          </div>
        </Dialog>
      )}
    </>
  );
}
