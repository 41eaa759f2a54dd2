// What happens by itself when viewers report something, and when somebody who is banned comes back: two settings of the server in one form.
// Pure.
import { asWhole } from "../amounts";
import type { Errors } from "../form";
import { t } from "./text";

export const REPORTS = ["hold", "nothing"] as const;
export const RETURNING = ["hold", "mute", "shadow", "off"] as const;
/** As the server has it, for a channel that says nothing. */
const HOLD_AFTER = 3;
const HOLD_AFTER_MOST = 1_000;

export interface ReportSettings {
  /** So many viewers' reports hold what they are about; 0: none do. */
  hold_after: number;
}

export interface SanctionSettings {
  returning: (typeof RETURNING)[number];
}

export interface Conduct {
  reports: string;
  after: string;
  returning: string;
}

export const NAMES = { hold_after: "after" } as const;

export function asText({ hold_after: after }: ReportSettings, { returning }: SanctionSettings): Conduct {
  return { reports: after > 0 ? "hold" : "nothing", after: String(after || HOLD_AFTER), returning };
}

/** What is sent of reports; how many it had been before does not matter where none do. */
export function reportsOf(form: Conduct): ReportSettings {
  return { hold_after: form.reports === "hold" ? (asWhole(form.after) ?? 0) : 0 };
}

export function check(form: Conduct): Errors<Conduct> {
  const after = asWhole(form.after);
  const wrong = form.reports === "hold" && (after === null || after < 1 || after > HOLD_AFTER_MOST);
  return wrong ? { after: t("wrong.after") } : {};
}
