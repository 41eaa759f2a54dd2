import { effect, signal } from "@preact/signals";
import { t as late } from "./late_text";
import { degraded, hasVideo, isLive, link } from "./session";
import { t } from "./text";
import { playback } from "./video/playback";
import { tryAgain } from "./video/video";

const SAY_AFTER_MS = 600;
const BACK_FOR_MS = 2_500;

/** A cut that mends itself at once is not worth a word; a longer one is said, and so is the return. */
const cut = signal<"none" | "cut" | "offline" | "back">("none");

let timer: ReturnType<typeof setTimeout> | undefined;
let wasJoined = false;

effect(() => {
  const now = link.value;
  clearTimeout(timer);
  if (now.is === "reconnecting" && wasJoined) {
    const kind = now.offline ? "offline" : "cut";
    if (cut.peek() === "none" || cut.peek() === "back") timer = setTimeout(() => (cut.value = kind), SAY_AFTER_MS);
    else cut.value = kind;
    return;
  }
  if (now.is === "joined") wasJoined = true;
  if (cut.peek() === "none") return;
  cut.value = now.is === "joined" ? "back" : "none";
  timer = setTimeout(() => (cut.value = "none"), BACK_FOR_MS);
});

/** What there is to say of the picture: only while there should be one. Its words come late, before a picture has stood still for long. */
function pictureText(): string | null {
  if (!isLive.value || !hasVideo.value) return null;
  const { unsupported, failed, still } = playback;
  const what = unsupported.value ? "unsupported" : failed.value ? "failed" : still.value ? "still" : null;
  return (what && late.maybe(`video.${what}`)) ?? null;
}

function noticeText(): string | null {
  if (cut.value === "offline") return t("link.offline");
  if (cut.value === "cut") return t("link.reconnecting");
  if (cut.value === "back") return t("link.back");
  return pictureText() ?? (degraded.value ? t("link.degraded") : null);
}

/** One line about the connection or the picture, the most important one; read out politely when it changes. */
export function Notices() {
  const text = noticeText();
  return (
    <div
      class="notices"
      role="status"
      data-testid="notices"
      data-link={link.value.is}
      data-way={link.value.is === "joined" ? link.value.way : undefined}
    >
      {text && (
        <p class={cut.value === "back" ? "notice notice-good" : "notice"} data-testid="notice">
          {(cut.value === "cut" || cut.value === "offline") && <span class="spinner" />}
          {text}
          {text === late.maybe("video.failed") && (
            <button type="button" class="button button-small" data-testid="video-again" onClick={tryAgain}>
              {late("video.again")}
            </button>
          )}
        </p>
      )}
    </div>
  );
}
