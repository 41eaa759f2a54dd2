import { useEffect, useRef } from "preact/hooks";
import type { Show } from "../../sdk";
import { t } from "../text";
import { followVideo, play, playback } from "./player";
import { attachVideo } from "./sources";

/** The moving picture while the show is live, its poster otherwise. */
export function Video({ show }: { show: Show }) {
  const place = useRef<HTMLVideoElement>(null);
  const { hls, mp4, poster } = show.video;
  const live = show.state === "live";

  useEffect(() => (place.current ? followVideo(place.current) : undefined), []);
  useEffect(() => {
    const video = place.current;
    if (!video || !live) return;
    let over = false;
    let detach = (): void => undefined;
    playback.failed.value = false;
    attachVideo(video, { hls, mp4, poster }).then(
      (found) => {
        if (over) return found();
        detach = found;
        play();
      },
      () => {
        playback.failed.value = !over;
      },
    );
    return () => {
      over = true;
      detach();
    };
  }, [live, hls, mp4]);

  return (
    <video
      ref={place}
      class="video"
      data-testid="video"
      aria-label={t("video.label", { title: show.title })}
      poster={poster || undefined}
      muted
      loop
      playsInline
      preload="auto"
      disableRemotePlayback
    />
  );
}
