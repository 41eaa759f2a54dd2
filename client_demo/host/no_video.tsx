import { hasVideo } from "../sdk/watching";
import { snapshot } from "./desk";
import { t } from "./text";

/** Says that the show has no video, so that a host who forgot it learns of it before the viewers do. */
export function NoVideo() {
  const show = snapshot.value?.show;
  const beside = show?.joint && show.joint.leading !== show.id; // what is watched is the leading show's
  if (!show || beside || show.state === "ended" || hasVideo(show)) return null;
  return (
    <p class="notice" data-testid="no-video">
      {t("no_video")}
    </p>
  );
}
