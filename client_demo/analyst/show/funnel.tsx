import { Funnel } from "../charts/funnel";
import type { ShowReport } from "../report";
import { sourceLine } from "./source";

/** The funnel of a show, beside that of the show it is compared with. */
export function FunnelChart({ report, other }: { report: ShowReport; other: ShowReport | null }) {
  return (
    <Funnel
      steps={report.funnel.steps}
      toConvert={report.funnel.median_seconds_to_convert}
      others={other?.funnel.steps ?? []}
      file={`${report.show.id}-funnel`}
      source={sourceLine(report)}
    />
  );
}
