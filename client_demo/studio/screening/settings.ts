// How a channel screens what viewers write, as the server has it, and as its form has it: a list for each act, one entry a line. Pure.
import { asWhole } from "../amounts";
import type { Errors } from "../form";
import { t } from "./text";

export const ACTS = ["hold", "shadow", "refuse"] as const;
export const LINKS = ["allow", "hold", "refuse"] as const;
export const FALLBACKS = ["allow", "hold"] as const;
const ENTRY_MOST = 60;
const SLOW_MOST = 3_600;

type Act = (typeof ACTS)[number];

interface Entry {
  kind: "word" | "pattern";
  text: string;
  does: Act;
}

export interface Screening {
  entries: readonly Entry[];
  links: (typeof LINKS)[number];
  hosts: readonly string[];
  slow_seconds: number;
  newcomers_held: boolean;
  reviewer: { url: string; fallback: (typeof FALLBACKS)[number] } | null;
  version: number;
}

export interface ScreeningText {
  hold: string;
  shadow: string;
  refuse: string;
  links: string;
  hosts: string;
  slow: string;
  newcomers: boolean;
  reviewerUrl: string;
  fallback: string;
}

export const NAMES = {
  entries: "hold",
  slow_seconds: "slow",
  newcomers_held: "newcomers",
  reviewer: "reviewerUrl",
  url: "reviewerUrl",
} as const;

export function asText(kept: Screening): ScreeningText {
  const list = (act: Act): string =>
    kept.entries
      .filter(({ does }) => does === act)
      .map(({ text }) => text)
      .join("\n");
  return {
    hold: list("hold"),
    shadow: list("shadow"),
    refuse: list("refuse"),
    links: kept.links,
    hosts: kept.hosts.join("\n"),
    slow: kept.slow_seconds ? String(kept.slow_seconds) : "",
    newcomers: kept.newcomers_held,
    reviewerUrl: kept.reviewer?.url ?? "",
    fallback: kept.reviewer?.fallback ?? "allow",
  };
}

/** What is sent: all of it. A line with `*`, `?` or `#` is a pattern. */
export function bodyOf(form: ScreeningText): object {
  const url = form.reviewerUrl.trim();
  return {
    entries: ACTS.flatMap((does) =>
      linesOf(form[does]).map((text) => ({ kind: isPattern(text) ? "pattern" : "word", text, does })),
    ),
    links: form.links,
    hosts: linesOf(form.hosts),
    slow_seconds: secondsOf(form.slow) ?? 0,
    newcomers_held: form.newcomers,
    reviewer: url ? { url, fallback: form.fallback } : null,
  };
}

export function check(form: ScreeningText): Errors<ScreeningText> {
  const errors: Errors<ScreeningText> = {};
  for (const act of ACTS) {
    const wrong = linesOf(form[act]).find((line) => !isReadable(line));
    if (wrong !== undefined) errors[act] = t("wrong.entry", { entry: wrong });
  }
  if (secondsOf(form.slow) === null) errors.slow = t("wrong.slow");
  const url = form.reviewerUrl.trim();
  if (url && !/^https?:\/\/\S+$/.test(url)) errors.reviewerUrl = t("wrong.url");
  return errors;
}

export function linesOf(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
}

function isPattern(line: string): boolean {
  return /[*?#]/.test(line);
}

function isReadable(line: string): boolean {
  const letters = line.match(/[\p{L}\p{N}#]/gu)?.length ?? 0;
  return [...line].length <= ENTRY_MOST && letters >= (isPattern(line) ? 2 : 1);
}

/** Seconds of slow mode; null: the text is no such number. */
function secondsOf(typed: string): number | null {
  if (!typed.trim()) return 0;
  const seconds = asWhole(typed);
  return seconds === null || seconds > SLOW_MOST ? null : seconds;
}
