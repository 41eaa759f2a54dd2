import { signal } from "@preact/signals";
import { duration } from "../../shared/format";
import { Button } from "../../shared/ui/button";
import { Dialog } from "../../shared/ui/dialog";
import type { OwnSanction } from "../me";
import { show } from "../session";
import { AppealForm, Facts } from "./appeal";
import { msLeft, silenced } from "./own";
import "./safety.css";
import { t } from "./text";

const DAY_MS = 86_400_000;
const opened = signal(false);
const wordsOf = ({ kind }: OwnSanction): string => t(kind === "mute" ? "silenced.mute" : "silenced.timeout");

/** That the viewer cannot write, and how long; nothing while they can. */
export function Silenced() {
  const now = silenced.value;
  if (!now) return null;
  const left = msLeft(now);
  const long = left > DAY_MS;
  return (
    <div class="silenced" data-testid="silenced">
      <p>
        {wordsOf(now)} {/* Counted down in sight; read out once, not each second. */}
        {now.until != null && !long && (
          <strong role="timer" aria-live="off" data-testid="silenced-left">
            {t("left", { time: duration(Math.ceil(left / 1000)) })}
          </strong>
        )}
      </p>
      <Button
        look="quiet"
        size="small"
        aria-haspopup="dialog"
        data-testid="silenced-more"
        onClick={() => {
          opened.value = true;
        }}
      >
        {t("silenced.more")}
      </Button>
    </div>
  );
}

/** Why the viewer cannot write, and their appeal. */
export function SilencedDialog() {
  const now = silenced.value;
  const close = (): void => {
    opened.value = false;
  };
  if (!opened.value || !now) return null;
  return (
    <Dialog title={wordsOf(now)} onClose={close} sheet testid="silenced-dialog">
      <Facts sanction={now} />
      <AppealForm show={show.value?.id ?? ""} sanction={now} told={() => undefined} />
    </Dialog>
  );
}
