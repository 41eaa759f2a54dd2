import { signal, useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { dateTime, until } from "../shared/format";
import { embedded } from "../shared/place";
import { Icon } from "../shared/ui/icon";
import { arrival, arrive, choice, link, room, show } from "./session";
import { t } from "./text";

function Cover({ name, title, text, children }: { name: string; title?: string; text?: string; children?: ComponentChildren }) {
  return (
    <div class="cover" data-testid={`cover-${name}`} role={name === "joining" ? "status" : undefined}>
      {title && <h2>{title}</h2>}
      {text && <p>{text}</p>}
      {children}
    </div>
  );
}

/** Where there is more; the page around an element is not ours to leave. */
function HomeLink() {
  if (embedded) return null;
  return (
    <a class="button" href="/">
      {t("cover.home")}
    </a>
  );
}

function RejoinButton() {
  return (
    <button type="button" class="button button-primary" data-testid="rejoin" onClick={() => room().start()}>
      {t("cover.rejoin")}
    </button>
  );
}

function Refused({ reason }: { reason: string }) {
  switch (reason) {
    case "not_found":
    case "invalid":
      return (
        <Cover name="missing" title={t("cover.missing.title")} text={t("cover.missing.text")}>
          <HomeLink />
        </Cover>
      );
    case "guests_refused":
      return <Cover name="guests" title={t("cover.guests.title")} text={t("cover.guests.text")} />;
    case "banned":
      return (
        <Cover name="banned" title={t("cover.banned.title")} text={t("cover.banned.text")}>
          <HomeLink />
        </Cover>
      );
    case "forbidden":
    case "unauthenticated":
    case "token_expired":
      return (
        <Cover name="forbidden" title={t("cover.forbidden.title")} text={t(`error.${reason}`)}>
          <HomeLink />
        </Cover>
      );
    default:
      return (
        <Cover name="stopped" title={t("cover.stopped.title")} text={t.maybe(`error.${reason}`) ?? ""}>
          <RejoinButton />
        </Cover>
      );
  }
}

/** The time that the host has planned, in the reader's zone, and how far off it is. A show begins when its host begins it, and not by the clock. */
function Scheduled({ at }: { at: string | null }) {
  const now = useSignal(Date.now());
  useEffect(() => {
    const timer = setInterval(() => (now.value = Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  if (!at) return <Cover name="scheduled" title={t("cover.scheduled.open")} text={t("cover.scheduled.text")} />;
  const due = Date.parse(at) - now.value;
  return (
    <Cover
      name="scheduled"
      title={t("shows.planned", { at: dateTime(at) })}
      text={t(due > 0 ? "cover.scheduled.text" : "cover.scheduled.late")}
    >
      {due > 0 && <strong data-testid="until">{until(due)}</strong>}
    </Cover>
  );
}

/** A live show that has no video: what it is, in the video's place. Questions, reactions and buying are as ever. */
export function WithoutVideo() {
  const now = show.value;
  if (!now) return null;
  return (
    <div class="without-video" data-testid="without-video">
      <Icon name="megaphone" />
      <p class="without-video-title">{now.title}</p>
      <p>{t("video.none")}</p>
    </div>
  );
}

const waysOn = signal<typeof import("./more_shows") | null>(null);

/** The ways on to other shows are loaded where they are needed; a load that was cut off is tried again with the connection. */
function useWaysOn() {
  const { is } = link.value;
  useEffect(() => {
    if (waysOn.peek()) return;
    import("./more_shows").then(
      (found) => (waysOn.value = found),
      () => undefined,
    );
  }, [is]);
  return waysOn.value;
}

function Choice() {
  const ways = useWaysOn();
  return (
    <Cover name="choice" title={t("cover.choice.title")}>
      {ways && <ways.ShowLinks shows={choice.value} />}
    </Cover>
  );
}

function Ended() {
  const ways = useWaysOn();
  return (
    <Cover name="ended" title={t("cover.ended.title")} text={t("cover.ended.text")}>
      {ways && <ways.MoreShows />}
    </Cover>
  );
}

/** What is drawn over the stage when it is not simply a live show that was joined. */
export function StageCover() {
  if (arrival.value === "none") {
    return (
      <Cover name="none" title={t("cover.none.title")} text={t("cover.none.text")}>
        <button type="button" class="button" onClick={() => void arrive()}>
          {t("retry")}
        </button>
      </Cover>
    );
  }
  if (arrival.value === "choice") return <Choice />;
  const now = link.value;
  if (now.is === "stopped") return <Refused reason={now.reason} />;
  if (now.is === "reconnecting" && now.why === "show_full") {
    return <Cover name="full" title={t("cover.full.title")} text={t("cover.full.text")} />;
  }
  const shown = show.value;
  if (!shown) {
    return (
      <Cover name="joining">
        <span class="spinner" />
        <p>{now.is === "reconnecting" && now.offline ? t("error.offline") : t("cover.joining")}</p>
      </Cover>
    );
  }
  if (shown.state === "scheduled") return <Scheduled at={shown.starts_at} />;
  if (shown.state === "ended") return <Ended />;
  return null;
}
