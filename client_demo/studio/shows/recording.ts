// What was recorded of a show, as its form holds it, and as the server takes it. Pure.
import type { Errors } from "../form";
import { t } from "./text";

const MOST_SECONDS = 7 * 24 * 3_600;

/** As the server has it. */
export interface Recording {
  hls: string;
  mp4: string;
  starts_ms: number;
  length_ms: number | null;
  shown: boolean;
}

/** `starts` and `length` are typed, in seconds; an empty length: until the show's end. */
export interface RecordingText {
  hls: string;
  mp4: string;
  starts: string;
  length: string;
  shown: boolean;
}

export function asText({ hls, mp4, starts_ms, length_ms, shown }: Recording): RecordingText {
  return {
    hls,
    mp4,
    starts: String(starts_ms / 1_000),
    length: length_ms === null ? "" : String(length_ms / 1_000),
    // Whoever sets one wants it to be watched.
    shown: shown || !(hls || mp4),
  };
}

/** The recording as the server takes it; null: there is none any more. */
export function bodyOf({ hls, mp4, starts, length, shown }: RecordingText): Recording | null {
  if (!hls.trim() && !mp4.trim()) return null;
  return {
    hls: hls.trim(),
    mp4: mp4.trim(),
    starts_ms: milliseconds(starts) ?? 0,
    length_ms: length.trim() ? milliseconds(length) : null,
    shown,
  };
}

/** What is wrong before anything is sent. */
export function check({ starts, length }: RecordingText): Errors<RecordingText> {
  const lasts = length.trim() ? milliseconds(length) : 1;
  return {
    ...(milliseconds(starts) === null && { starts: t("wrong.starts") }),
    ...((lasts === null || lasts < 1) && { length: t("wrong.length") }),
  };
}

/** Seconds as they are typed, `-2.5` among them, as whole milliseconds; null for anything else. */
function milliseconds(typed: string): number | null {
  const plain = typed.normalize("NFKC").trim().replace("−", "-");
  const seconds = Number(plain || "0");
  return Number.isFinite(seconds) && Math.abs(seconds) <= MOST_SECONDS ? Math.round(seconds * 1_000) : null;
}
