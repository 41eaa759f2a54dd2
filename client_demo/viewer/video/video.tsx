import { effect, signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Show } from "../../sdk";
import { resolve } from "../../shared/server";
import { followPicture, link } from "../session";
import { t } from "../text";
import type { Player } from "./player";

const AGAIN_AFTER_MS = 1_000;

/** The player comes beside the page's own script, while the show is being joined; a load that was cut off is tried again. */
async function loadPlayer(): Promise<typeof Player> {
  for (;;) {
    try {
      return (await import("./player")).Player;
    } catch {
      await new Promise((done) => setTimeout(done, AGAIN_AFTER_MS * (1 + Math.random())));
    }
  }
}

const loading = loadPlayer();
const player = signal<Player | null>(null);
followPicture(() => player.peek()?.date() ?? null);

export function togglePlay(wanted: boolean): void {
  player.peek()?.want(wanted);
}

export function toggleSound(): void {
  player.peek()?.toggleSound();
}

export function tryAgain(): void {
  player.peek()?.again();
}

/** Sets a player on the element; returns what ends it. */
function setUp(video: HTMLVideoElement): () => void {
  let over = false;
  void loading.then((Found) => {
    if (!over) player.value = new Found(video);
  });
  // Once the server is heard again, the network is back.
  const stop = effect(() => {
    if (link.value.is === "joined") player.peek()?.again();
  });
  return () => {
    over = true;
    stop();
    player.peek()?.end();
    player.value = null;
  };
}

/** The moving picture while the show is live, its poster otherwise. */
export function Video({ show }: { show: Show }) {
  const place = useRef<HTMLVideoElement>(null);
  const { hls, mp4, poster } = show.video;
  const live = show.state === "live";
  const now = player.value;

  useEffect(() => (place.current ? setUp(place.current) : undefined), []);
  useEffect(() => now?.show(live ? { hls: resolve(hls), mp4: resolve(mp4), poster } : null), [now, live, hls, mp4]);

  return (
    <video
      ref={place}
      class="video"
      part="video"
      data-testid="video"
      aria-label={t("video.label", { title: show.title })}
      poster={resolve((!live && show.cover) || poster) || undefined}
      muted
      loop
      playsInline
      preload="auto"
      disableRemotePlayback
    />
  );
}
