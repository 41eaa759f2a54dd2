import { type Signal, signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import type { Show } from "../sdk";
import { withLateTexts } from "./late_texts";
import { arrival, link, show, snapshot } from "./session";
import { t } from "./text";

/** A box over the stage. */
export function Cover({
  name,
  title,
  text,
  children,
}: {
  name: string;
  title?: string;
  text?: string;
  children?: ComponentChildren;
}) {
  return (
    <div class="cover" data-testid={`cover-${name}`} role={name === "joining" ? "status" : undefined}>
      {title && <h2>{title}</h2>}
      {text && <p>{text}</p>}
      {children}
    </div>
  );
}

/** What is loaded where it is needed; a load that was cut off is tried again with the connection. */
function useLoaded<T>(place: Signal<T | null>, load: () => Promise<T>): T | null {
  const { is } = link.value;
  useEffect(() => {
    if (place.peek()) return;
    load().then(
      (found) => (place.value = found),
      () => undefined,
    );
  }, [is]);
  return place.value;
}

const surveys = signal<typeof import("./survey") | null>(null);

function Opened() {
  const loaded = useLoaded(surveys, () => withLateTexts(import("./survey")));
  return loaded && <loaded.SurveyCard />;
}

/** The survey that is open, if one is; whatever draws it is loaded then. */
export const Survey = () => (snapshot.value?.survey ? <Opened /> : null);

const cards = signal<typeof import("./stage_cards") | null>(null);

function CardsShown() {
  const loaded = useLoaded(cards, () => withLateTexts(import("./stage_cards")));
  return loaded && <loaded.StageCards />;
}

/** The poll, the giveaway and the viewer's own post that are shown. */
export const Cards = () => (snapshot.value?.poll || snapshot.value?.giveaway || snapshot.value?.post ? <CardsShown /> : null);

const waysOn = signal<typeof import("./more_shows") | null>(null);
const poster = signal<typeof import("./poster") | null>(null);
const late = signal<typeof import("./late_covers") | null>(null);

/** Why nobody comes in, or that it is over: loaded when that is so. */
const useLate = () => useLoaded(late, () => withLateTexts(import("./late_covers")));
export const useWaysOn = () => useLoaded(waysOn, () => withLateTexts(import("./more_shows")));

/** Until the poster is there it is said that the show has not begun. */
function Scheduled({ now }: { now: Show }) {
  const loaded = useLoaded(poster, () => withLateTexts(import("./poster")));
  return loaded ? <loaded.Poster show={now} /> : <Cover name="scheduled" title={t("cover.scheduled.open")} />;
}

/** A live show that has no video: what it is, in the video's place. Questions, reactions and buying are as ever. */
export function WithoutVideo() {
  const loaded = useLate();
  return loaded && <loaded.WithoutVideo />;
}

function Choice() {
  const loaded = useLate();
  return loaded && <loaded.Choice />;
}

function Refused({ reason }: { reason: string }) {
  const loaded = useLate();
  return loaded && <loaded.Refused reason={reason} />;
}

function Over({ name }: { name: "ended" | "cancelled" }) {
  const loaded = useLate();
  return loaded && <loaded.Over name={name} />;
}

const replays = signal<typeof import("./replay/replay") | null>(null);

function Again({ now }: { now: Show }) {
  const loaded = useLoaded(replays, () => withLateTexts(import("./replay/replay")));
  return loaded && now.replay ? <loaded.Replay show={now} replay={now.replay} /> : null;
}

/** What is drawn over the stage when it is not simply a live show that was joined. */
export function StageCover() {
  if (arrival.value === "none") return <Refused reason="none" />;
  if (arrival.value === "choice") return <Choice />;
  const now = link.value;
  const shown = show.value;
  // Somebody who waits is sent out while the show is rehearsed: the poster stays, and comes back in by itself.
  if (now.is === "stopped" && now.reason === "not_found" && shown?.state === "scheduled") return <Scheduled now={shown} />;
  if (now.is === "stopped") return <Refused reason={now.reason} />;
  if (now.is === "reconnecting" && now.why === "show_full") return <Refused reason="show_full" />;
  if (!shown) {
    return (
      <Cover name="joining">
        <span class="spinner" />
        <p>{now.is === "reconnecting" && now.offline ? t("error.offline") : t("cover.joining")}</p>
      </Cover>
    );
  }
  if (shown.state === "scheduled") return <Scheduled now={shown} />;
  if (shown.replay) return <Again now={shown} />;
  if (shown.state === "ended" || shown.state === "cancelled") return <Over name={shown.state} />;
  return null;
}
