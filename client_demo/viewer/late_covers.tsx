// What is drawn over the stage when a show cannot be entered, or is over: loaded when that is so.
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { createTranslator } from "../shared/i18n";
import type en from "../shared/locales/viewer_covers.en.json";
import { embedded } from "../shared/place";
import { request } from "../shared/server";
import { Button } from "../shared/ui/button";
import { Icon } from "../shared/ui/icon";
import { Cover, useWaysOn } from "./covers";
import { BannedFacts } from "./safety/banned";
import { arrive, choice, identity, room, show } from "./session";
import { settingsOpen } from "./settings";
import { t as viewerText } from "./text";

const t = createTranslator<typeof en>("viewer_covers");

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

/** Why this show cannot be entered. */
export function Refused({ reason }: { reason: string }) {
  switch (reason) {
    case "not_found":
    case "invalid":
      return (
        <Cover name="missing" title={t("cover.missing.title")} text={t("cover.missing.text")}>
          <HomeLink />
        </Cover>
      );
    case "none":
      return (
        <Cover name="none" title={t("cover.none.title")} text={t("cover.none.text")}>
          <button type="button" class="button" onClick={() => void arrive()}>
            {viewerText("retry")}
          </button>
        </Cover>
      );
    case "show_full":
      return <Cover name="full" title={t("cover.full.title")} text={t("cover.full.text")} />;
    case "guests_refused":
      return <Cover name="guests" title={t("cover.guests.title")} text={t("cover.guests.text")} />;
    case "banned":
      return (
        <Cover name="banned" title={t("cover.banned.title")} text={t("cover.banned.text")}>
          <BannedFacts />
          <RejoinButton />
          <HomeLink />
        </Cover>
      );
    case "forbidden":
    case "unauthenticated":
    case "token_expired":
      return (
        <Cover name="forbidden" title={t("cover.forbidden.title")} text={viewerText(`error.${reason}`)}>
          <HomeLink />
        </Cover>
      );
    default:
      return (
        <Cover name="stopped" title={t("cover.stopped.title")} text={viewerText.maybe(`error.${reason}`) ?? ""}>
          <RejoinButton />
        </Cover>
      );
  }
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

/** Several shows are live: one of them is to be chosen. */
export function Choice() {
  const ways = useWaysOn();
  return (
    <Cover name="choice" title={t("cover.choice.title")}>
      {ways && <ways.ShowLinks shows={choice.value} />}
    </Cover>
  );
}

/** The way to mail about the show, where its channel sends any and the viewer has not asked for it; the form is in the settings. */
function MailOffer() {
  const offered = useSignal(false);
  const id = show.value?.id;
  const token = identity.value?.token;
  useEffect(() => {
    if (!id || !token) return;
    request<{ offered: boolean; state: string }>(`/shows/${encodeURIComponent(id)}/mail`, { token }).then(
      (found) => {
        offered.value = found.offered && (found.state === "none" || found.state === "withdrawn");
      },
      () => undefined,
    );
  }, [id, token]);
  if (!offered.value) return null;
  return (
    <Button
      look="primary"
      data-testid="mail-offer"
      onClick={() => {
        settingsOpen.value = true;
      }}
    >
      {t("cover.mail")}
    </Button>
  );
}

/** The show has ended, or is cancelled. */
export function Over({ name, children }: { name: "ended" | "cancelled"; children?: ComponentChildren }) {
  const ways = useWaysOn();
  return (
    <Cover name={name} title={t(`cover.${name}.title`)} text={t(`cover.${name}.text`)}>
      {children}
      {name === "ended" && <MailOffer />}
      {ways && <ways.MoreShows />}
    </Cover>
  );
}
