import { ReportDialog } from "./report";
import { SilencedDialog } from "./silenced";

/** The dialogs of reporting, and of what was laid on the viewer. */
export function SafetyDialogs() {
  return (
    <>
      <ReportDialog />
      <SilencedDialog />
    </>
  );
}
