// An ended show that is watched again: its recording, what was there along with it, and the ways to its moments.
import { useComputed, useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Chapter, ChapterKind, Question, Show } from "../../sdk";
import { duration, money } from "../../shared/format";
import { createTranslator } from "../../shared/i18n";
import { ofInputMethod } from "../../shared/input_method";
import type en from "../../shared/locales/viewer_replay.en.json";
import { nameOf, StaffBadge } from "../../shared/people";
import { resolve } from "../../shared/server";
import { Icon, type IconName } from "../../shared/ui/icon";
import { saidThen } from "../comments/stream";
import { Over } from "../late_covers";
import { jumps, products, replayed } from "../session";
import { t as viewerText } from "../text";
import { failed, lengthMs, ms, muted, over, playing, RecordingPlayer, STEP_MS } from "./player";
import { answers, chapters, follow, place } from "./reading";
import { shownThen } from "./then";
import "./replay.css";

const t = createTranslator<typeof en>("viewer_replay");
const LINES_MAX = 3;
const ICONS: Readonly<Record<ChapterKind, IconName>> = {
  answer: "question",
  pin: "pin",
  offer: "bag",
  poll: "check",
  giveaway: "heart",
  auction: "up",
  announcement: "megaphone",
};

let player: RecordingPlayer | null = null;
let startsMs = 0;

const clock = (at: number): string => duration(at / 1_000);
const ofRecording = (showMs: number): number => Math.max(0, showMs - startsMs);

function jumpTo({ showMs }: Pick<Chapter, "showMs">): void {
  player?.playFrom(ofRecording(showMs));
}

/** At a question: the way to the moment in which it was answered. */
function Jump({ question }: { question: Question }) {
  const answer = answers.value.get(question.id);
  if (!answer) return null;
  const at = clock(ofRecording(answer.showMs));
  return (
    <button type="button" class="button button-small replay-jump" data-testid="answer-jump" onClick={() => jumpTo(answer)}>
      {t("answered_at", { at })}
    </button>
  );
}

function titleOf(chapter: Chapter): string {
  const title = chapter.text || products.value.find(({ id }) => id === chapter.about)?.title || "";
  return t(`chapter.${chapter.kind}`, { text: title });
}

function Chapters() {
  const now = place.value;
  return (
    <ol class="replay-chapters" id="replay-chapters" data-testid="replay-chapters" aria-label={t("chapters")}>
      {chapters.value.map((each, i) => (
        <li key={`${each.kind} ${each.about} ${each.showMs}`}>
          <button
            type="button"
            data-testid="chapter"
            data-kind={each.kind}
            aria-current={
              each.showMs <= now && now < (chapters.value[i + 1]?.showMs ?? Number.POSITIVE_INFINITY) ? "true" : undefined
            }
            onClick={() => jumpTo(each)}
          >
            <span class="replay-time">{clock(ofRecording(each.showMs))}</span>
            <Icon name={ICONS[each.kind]} />
            <span dir="auto">{titleOf(each)}</span>
          </button>
        </li>
      ))}
    </ol>
  );
}

/** What was said lately at the place that is watched. */
function LinesThen() {
  const lines = useComputed(() => (saidThen.value ?? []).slice(-LINES_MAX));
  return (
    <ul class="replay-lines" aria-label={t("lines")} data-testid="replay-lines">
      {lines.value.map((each) => (
        <li key={each.id}>
          <strong>{nameOf(each)}</strong> <StaffBadge role={each.role ?? null} /> <span dir="auto">{each.text}</span>
        </li>
      ))}
    </ul>
  );
}

/** What was announced then, and what was pinned then that is not sold any more. */
function WordsThen() {
  const seen = replayed.value;
  const pinned = seen?.pinned_product ?? null;
  const gone = pinned !== null && !products.value.some(({ id }) => id === pinned) ? shownThen.value[pinned] : undefined;
  return (
    <>
      {seen?.announcement && (
        <p class="replay-word" data-testid="replay-announcement">
          <Icon name="megaphone" /> <span dir="auto">{seen.announcement.text}</span>
        </p>
      )}
      {gone && (
        <p class="replay-word" data-testid="replay-gone">
          <Icon name="pin" /> {t("then.gone", { title: gone.title, price: money(gone.price, gone.currency) })}
        </p>
      )}
    </>
  );
}

function SeekBar() {
  const length = lengthMs.value;
  const at = clock(ms.value);
  return (
    <div class="replay-seek">
      <div class="replay-marks" aria-hidden="true">
        {length > 0 &&
          chapters.value.map(({ kind, about, showMs }) => (
            <span
              key={`${kind} ${about} ${showMs}`}
              class={`replay-mark replay-mark-${kind}`}
              style={{ left: `${Math.min(100, (100 * ofRecording(showMs)) / length)}%` }}
            />
          ))}
      </div>
      <input
        type="range"
        min={0}
        max={Math.max(1, Math.round(length / 1_000))}
        step={1}
        value={Math.round(ms.value / 1_000)}
        aria-label={t("seek")}
        aria-valuetext={t("seek.at", { at, length: clock(length) })}
        data-testid="replay-seek"
        onInput={(event) => player?.seek(Number(event.currentTarget.value) * 1_000)}
      />
    </div>
  );
}

function Bar({ open, toggle }: { open: boolean; toggle: () => void }) {
  return (
    <div class="replay-bar">
      <SeekBar />
      <div class="replay-ways">
        <button
          type="button"
          class="round"
          data-testid="replay-play"
          data-playing={playing.value}
          aria-label={viewerText(playing.value ? "video.pause" : "video.play")}
          onClick={() => player?.toggle()}
        >
          <Icon name={playing.value ? "pause" : "play"} />
        </button>
        <button
          type="button"
          class="round"
          aria-label={viewerText(muted.value ? "video.sound_on" : "video.sound_off")}
          onClick={() => player?.toggleSound()}
        >
          <Icon name={muted.value ? "mute" : "sound"} />
        </button>
        <span class="replay-time" data-testid="replay-time">
          {`${clock(ms.value)} / ${clock(lengthMs.value)}`}
        </span>
        {chapters.value.length > 0 && (
          <button
            type="button"
            class="round"
            data-testid="chapters-open"
            aria-label={t("chapters")}
            aria-expanded={open}
            aria-controls="replay-chapters"
            onClick={toggle}
          >
            <Icon name={open ? "close" : "pin"} />
          </button>
        )}
      </div>
    </div>
  );
}

/** Keys of players, where no field or button has them: k and space play, j and l go back and on. */
function hearKey(event: KeyboardEvent): void {
  if (ofInputMethod(event)) return;
  const target = event.composedPath()[0];
  if (target instanceof HTMLElement && target.closest("input, textarea, select, button, a, [contenteditable], dialog")) return;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const key = event.key.toLowerCase();
  if (key === "k" || key === " ") player?.toggle();
  else if (key === "j") player?.seek(ms.peek() - STEP_MS);
  else if (key === "l") player?.seek(ms.peek() + STEP_MS);
  else return;
  event.preventDefault();
}

export function Replay({ show, replay }: { show: Show; replay: NonNullable<Show["replay"]> }) {
  const video = useRef<HTMLVideoElement>(null);
  const open = useSignal(false);
  const { hls, mp4, starts_ms } = replay;
  useEffect(() => {
    if (!video.current) return;
    startsMs = starts_ms;
    player = new RecordingPlayer(video.current, replay);
    const stop = follow(show, starts_ms);
    jumps.value = Jump;
    return () => {
      jumps.value = null;
      stop();
      player?.end();
      player = null;
    };
  }, [show.id, hls, mp4, starts_ms]);
  useLayoutEffect(() => {
    document.addEventListener("keydown", hearKey);
    return () => document.removeEventListener("keydown", hearKey);
  }, []);
  return (
    <>
      {/* biome-ignore lint/a11y/useMediaCaption: a merchant has none to give; questions and answers stand beside it in words. */}
      <video
        ref={video}
        class="video"
        data-testid="recording"
        aria-label={viewerText("video.label", { title: show.title })}
        poster={resolve(show.cover || show.video.poster) || undefined}
        playsInline
        preload="metadata"
        disableRemotePlayback
      />
      {!playing.value && !over.value && !failed.value && (
        <button
          type="button"
          class="big-play"
          aria-label={viewerText("video.play")}
          data-testid="replay-begin"
          onClick={() => player?.toggle()}
        >
          <Icon name="play" />
        </button>
      )}
      {failed.value && (
        <div class="cover" role="status" data-testid="replay-failed">
          <p>{t("failed")}</p>
          <button type="button" class="button" onClick={() => player?.again()}>
            {viewerText("retry")}
          </button>
        </div>
      )}
      {over.value && (
        <Over name="ended">
          <button type="button" class="button button-primary" data-testid="replay-again" onClick={() => player?.playFrom(0)}>
            {t("again")}
          </button>
        </Over>
      )}
      <div class="replay" data-testid="replay" data-place={place.value}>
        <WordsThen />
        {open.value ? <Chapters /> : <LinesThen />}
        <Bar
          open={open.value}
          toggle={() => {
            open.value = !open.value;
          }}
        />
      </div>
    </>
  );
}
