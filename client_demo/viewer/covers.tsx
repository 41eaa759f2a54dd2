import type { ComponentChildren } from "preact";
import { dateTime } from "../shared/format";
import { arrival, arrive, link, room, show } from "./session";
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

function HomeLink() {
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

function Scheduled({ at }: { at: string | null }) {
  const due = at && Date.parse(at) > Date.now();
  const title = due ? t("cover.scheduled.title", { at: dateTime(at) }) : t("cover.scheduled.soon");
  return <Cover name="scheduled" title={title} text={t("cover.scheduled.text")} />;
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
  if (shown.state === "ended") return <Cover name="ended" title={t("cover.ended.title")} text={t("cover.ended.text")} />;
  return null;
}
