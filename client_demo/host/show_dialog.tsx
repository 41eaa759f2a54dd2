import { useSignal } from "@preact/signals";
import { Button } from "../shared/ui/button";
import { Dialog } from "../shared/ui/dialog";
import { endShow, startShow } from "./actions";
import { snapshot } from "./desk";
import { ending } from "./surface";
import { shared, t } from "./text";

/** Starting asks once. Ending cannot be undone, so it asks twice, in two places. */
export function ShowDialog({ asked }: { asked: "start" | "end" }) {
  const sure = useSignal(false);
  const state = snapshot.value?.show.state;
  const close = (): void => {
    ending.value = null;
  };
  const startable = state === "scheduled" || state === "rehearsal";
  if (asked === "start" ? !startable : state !== "live") return <Overtaken />;
  if (asked === "start") {
    return (
      <Dialog title={t("start.title")} onClose={close} testid="start-dialog">
        <p>{t("start.text")}</p>
        <div class="dialog-actions">
          <Button onClick={close}>{shared("cancel")}</Button>
          <Button
            look="primary"
            data-testid="start-confirm"
            onClick={() => {
              close();
              startShow();
            }}
          >
            {t("start")}
          </Button>
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog title={sure.value ? t("end.title.again") : t("end.title")} onClose={close} testid="end-dialog">
      <p>{sure.value ? t("end.text.again") : t("end.text")}</p>
      {sure.value ? (
        <div class="dialog-actions dialog-actions-apart">
          <Button
            look="danger"
            data-testid="end-confirm"
            onClick={() => {
              close();
              endShow();
            }}
          >
            {t("end.confirm")}
          </Button>
          <Button look="primary" onClick={close} data-testid="end-keep">
            {t("end.keep")}
          </Button>
        </div>
      ) : (
        <div class="dialog-actions">
          <Button onClick={close}>{t("end.keep")}</Button>
          <Button
            look="danger"
            data-testid="end-first"
            onClick={() => {
              sure.value = true;
            }}
          >
            {t("end")}
          </Button>
        </div>
      )}
    </Dialog>
  );
}

/** A colleague has started or ended the show meanwhile: nothing is left to decide here, and no button changes its meaning. */
function Overtaken() {
  const state = snapshot.value?.show.state ?? "ended";
  const close = (): void => {
    ending.value = null;
  };
  return (
    <Dialog title={t(`overtaken.${state}`)} onClose={close} testid="overtaken-dialog">
      <div class="dialog-actions">
        <Button look="primary" onClick={close} data-testid="overtaken-close">
          {shared("close")}
        </Button>
      </div>
    </Dialog>
  );
}
