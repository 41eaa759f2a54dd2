import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { FieldsOf } from "../../sdk/wire";
import { Button } from "../../shared/ui/button";
import { Dialog } from "../../shared/ui/dialog";
import { Icon } from "../../shared/ui/icon";
import { showToast } from "../../shared/ui/toast";
import { brief } from "../../shared/writing";
import { room } from "../session";
import { refusalText } from "../text";
import "./safety.css";
import { t } from "./text";

type Wish = FieldsOf<"report">;
const REASONS: readonly Wish["reason"][] = ["spam", "abuse", "off_topic", "fraud", "personal_data", "other"];

interface Reportable {
  kind: Wish["kind"];
  item: string;
  text: string;
}

const reporting = signal<Reportable | null>(null);
/** What was reported from this page: once is enough. */
const reported = signal<ReadonlySet<string>>(new Set());

function close(): void {
  reporting.value = null;
}

async function report({ kind, item }: Reportable, reason: Wish["reason"]): Promise<void> {
  close();
  try {
    await room().command("report", { kind, item, reason });
    reported.value = new Set([...reported.peek(), item]);
    showToast(t("report.done"));
  } catch (error) {
    showToast(refusalText(error));
  }
}

/** The way to report what somebody else wrote. */
export function ReportButton({ kind, item, text }: Reportable) {
  const done = reported.value.has(item);
  return (
    <button
      type="button"
      class="report-open"
      data-testid="report"
      aria-haspopup="dialog"
      aria-label={t(done ? "report.done.of" : "report.of", { text: brief(text) })}
      title={t(done ? "report.done.short" : "report")}
      disabled={done}
      onClick={() => {
        reporting.value = { kind, item, text };
      }}
    >
      <Icon name={done ? "check" : "more"} />
    </button>
  );
}

/** Why something is reported: one word, by a tap. */
export function ReportDialog() {
  const now = reporting.value;
  useEffect(() => close, []);
  if (!now) return null;
  return (
    <Dialog title={t("report.title")} onClose={close} sheet testid="report-dialog">
      <p class="reported-text" dir="auto">
        {now.text}
      </p>
      <div class="report-reasons">
        {REASONS.map((reason) => (
          <Button key={reason} data-testid={`report-${reason}`} onClick={() => void report(now, reason)}>
            {t(`reason.${reason}`)}
          </Button>
        ))}
      </div>
      <p class="hint">{t("report.hint")}</p>
    </Dialog>
  );
}
