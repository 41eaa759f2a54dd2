import type { Room } from "./room";
import type { Show } from "./wire";

/** Whether a show has a picture that moves; one without is watched by looking at the page. */
export function hasVideo(show: Show): boolean {
  return Boolean(show.video.hls || show.video.mp4);
}

/**
 * Tells the server when the person really watches: the page is visible, and the video plays; in a live show without a video the visible
 * page alone is the watching. The server forgets it with the connection, so it is told again after each join, also one on the same
 * socket. `byPlayer`: what `setPlaying` says holds for a show without a video too. Returns what ends it, and `setPlaying` for the player.
 */
export function reportWatching(room: Room, byPlayer = false): { setPlaying(playing: boolean): void; end(): void } {
  let playing = false;
  let told: boolean | null = null;
  let joins = room.view.joins;

  const report = (): void => {
    const show = room.view.state?.snapshot.show;
    const shown = show && !byPlayer && !hasVideo(show) && !show.replay ? show.state === "live" : playing;
    const watching = shown && document.visibilityState === "visible";
    if (watching === told || (told === null && !watching)) return;
    if (room.tell("playing", { playing: watching })) told = watching;
  };
  const onVisibility = (): void => report();
  document.addEventListener("visibilitychange", onVisibility);
  const unsubscribe = room.subscribe((view) => {
    if (view.joins !== joins) told = null;
    joins = view.joins;
    report();
  });
  return {
    setPlaying(now) {
      playing = now;
      report();
    },
    end() {
      document.removeEventListener("visibilitychange", onVisibility);
      unsubscribe();
    },
  };
}
