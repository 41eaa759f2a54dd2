import type { Room } from "./room";

/**
 * Tells the server when the person really watches: the video plays and the page is visible. The server forgets it with the connection,
 * so it is told again after each join, also one on the same socket. Returns what ends it, and `setPlaying` for the player.
 */
export function reportWatching(room: Room): { setPlaying(playing: boolean): void; end(): void } {
  let playing = false;
  let told: boolean | null = null;
  let joins = room.view.joins;

  const report = (): void => {
    const watching = playing && document.visibilityState === "visible";
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
