// What happens by itself when viewers report something, when somebody who is banned comes back, and when another channel hands over: three settings of the server in one form.
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

export const WHOSE = ["nobody", "named", "everybody"] as const;
const CHANNELS_MOST = 100;

export interface HandOverSettings {
  whose: (typeof WHOSE)[number];
  channels: readonly string[];
}

export interface Conduct {
  reports: string;
  after: string;
  returning: string;
  whose: string;
  channels: string;
}

export const NAMES = { hold_after: "after" } as const;

export function asText(
  { hold_after: after }: ReportSettings,
  { returning }: SanctionSettings,
  { whose, channels }: HandOverSettings,
): Conduct {
  const reports = after > 0 ? "hold" : "nothing";
  return { reports, after: String(after || HOLD_AFTER), returning, whose, channels: channels.join("\n") };
}

/** What is sent of hand-overs. */
export function handOverOf(form: Conduct): object {
  return { whose: form.whose, channels: idsOf(form.channels) };
}

function idsOf(text: string): string[] {
  return text.split(/[\s,]+/).filter(Boolean);
}

/** What is sent of reports; how many it had been before does not matter where none do. */
export function reportsOf(form: Conduct): ReportSettings {
  return { hold_after: form.reports === "hold" ? (asWhole(form.after) ?? 0) : 0 };
}

export function check(form: Conduct): Errors<Conduct> {
  const after = asWhole(form.after);
  const wrong = form.reports === "hold" && (after === null || after < 1 || after > HOLD_AFTER_MOST);
  const channels = idsOf(form.channels).length;
  const noChannels = channels > CHANNELS_MOST || (form.whose === "named" && channels === 0);
  return { ...(wrong && { after: t("wrong.after") }), ...(noChannels && { channels: t("wrong.channels") }) };
}
