import { Icon } from "../../shared/ui/icon";
import { hasVideo, isLive } from "../session";
import { t } from "../text";
import { playback } from "./playback";
import { togglePlay, toggleSound } from "./video";

/** Pause and sound, for whoever wants the picture still or the room quiet. */
export function VideoControls() {
  if (!isLive.value || !hasVideo.value) return null;
  const wanted = playback.wanted.value;
  return (
    <>
      {playback.hasSound.value && (
        <button
          type="button"
          class="round"
          data-testid="sound"
          aria-label={playback.muted.value ? t("video.sound_on") : t("video.sound_off")}
          onClick={toggleSound}
        >
          <Icon name={playback.muted.value ? "mute" : "sound"} />
        </button>
      )}
      <button
        type="button"
        class="round"
        data-testid="play"
        data-playing={playback.playing.value}
        aria-label={wanted ? t("video.pause") : t("video.play")}
        onClick={() => togglePlay(!wanted)}
      >
        <Icon name={wanted ? "pause" : "play"} />
      </button>
    </>
  );
}

/** Over a picture that was paused: one big way to set it going. */
export function BigPlay() {
  if (!isLive.value || playback.wanted.value || !playback.ready.value) return null;
  return (
    <button type="button" class="big-play" aria-label={t("video.play")} data-testid="big-play" onClick={() => togglePlay(true)}>
      <Icon name="play" />
    </button>
  );
}

/** Pictures start silent, as browsers want it; here is the word about it, away from the host's face. */
export function TapForSound() {
  if (!isLive.value || !playback.muted.value || !playback.hasSound.value || !playback.playing.value) return null;
  return (
    <button type="button" class="sound-pill" data-testid="tap-for-sound" onClick={toggleSound}>
      <Icon name="mute" />
      {t("video.tap_for_sound")}
    </button>
  );
}
