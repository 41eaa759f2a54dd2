import { Button } from "../shared/ui/button";
import { askAboutShow } from "./actions";
import { roleHere, snapshot, view } from "./desk";
import { Key } from "./key_hint";
import { onStage } from "./surface";
import { shared, t } from "./text";

/** States in which a show can be started or ended. */
const STEPPING: ReadonlySet<string> = new Set(["scheduled", "rehearsal", "live"]);
const RUNNERS: ReadonlySet<string> = new Set(["host", "admin"]);

/** The show, how it stands, and what concerns all of it. */
export function TopBar() {
  const show = snapshot.value?.show;
  // It begins and ends with the show that it is held in.
  const beside = show?.joint && show.joint.leading !== show.id;
  return (
    <header class="bar">
      <div class="bar-title">
        <h1 data-testid="show-title" title={show?.title}>
          {show?.title ?? shared("loading")}
        </h1>
        {show && (
          <span class={show.state === "live" ? "badge badge-live" : "badge"} data-testid="show-state" data-state={show.state}>
            {shared(`state.${show.state}`)}
          </span>
        )}
        <LinkState />
      </div>
      <div class="bar-tools">
        <Button
          size="small"
          data-testid="stage-open"
          onClick={() => {
            onStage.value = true;
          }}
        >
          {t("stage.open")}
          <Key of="S" />
        </Button>
        {show && !beside && RUNNERS.has(roleHere.value) && STEPPING.has(show.state) && (
          <Button
            size="small"
            look={show.state === "live" ? "danger" : "primary"}
            data-testid={show.state === "live" ? "end-show" : "start-show"}
            onClick={askAboutShow}
          >
            {show.state === "live" ? t("end.open") : t("start.open")}
            <Key of="E" />
          </Button>
        )}
      </div>
    </header>
  );
}

/** Whether this page is connected. Its place in the bar is its own, so that nothing moves when the connection does. */
function LinkState() {
  const { link, state } = view.value;
  const text =
    link.is === "joined"
      ? state?.degraded
        ? t("link.degraded")
        : t("link.joined")
      : link.is === "reconnecting"
        ? t(link.offline ? "link.offline" : "link.reconnecting")
        : link.is === "stopped"
          ? t("link.stopped")
          : t("link.joining");
  const look = link.is === "joined" && !state?.degraded ? "link link-good" : "link link-warn";
  return (
    <span class={look} role="status" data-testid="link" data-link={link.is}>
      <span class="dot" />
      {text}
    </span>
  );
}
