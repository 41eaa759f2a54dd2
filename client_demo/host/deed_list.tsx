import { Button } from "../shared/ui/button";
import { Icon } from "../shared/ui/icon";
import { type Deed, deeds, undoable } from "./deeds";
import { Fold } from "./fold";
import { Key } from "./key_hint";
import { shared, t } from "./text";

/** The echo of the last deed, read out, with the way back. Its place is always kept. */
export function LastDeed() {
  const deed = deeds.value[0];
  const next = undoable.value;
  return (
    <div class="last-deed" data-testid="last-deed" data-state={deed?.state}>
      <p role="status">{deed ? <Words deed={deed} /> : <span class="hint">{t("deeds.first")}</span>}</p>
      {deed?.now && (
        <Button size="small" onClick={deed.now} data-testid="send-now">
          {t("send_now")}
        </Button>
      )}
      {next?.undo && (
        <Button size="small" class="undo" onClick={next.undo} title={t("undo.of", { what: next.say() })} data-testid="undo">
          <span class="undo-words">{next === deed ? shared("undo") : t("undo.of", { what: next.say() })}</span>
          <Key of="Z" />
        </Button>
      )}
    </div>
  );
}

function Words({ deed }: { deed: Deed }) {
  const failed = deed.state === "failed";
  return (
    <span class={`deed-words deed-${deed.state}`}>
      <Icon name={failed ? "close" : deed.state === "done" ? "check" : "more"} />
      <span>
        {failed
          ? t("deed.failed", { what: deed.say(), why: deed.why?.() ?? "" })
          : t(`deed.state.${deed.state}`, { what: deed.say() })}
      </span>
    </span>
  );
}

/** What this person did before, newest first. */
export function DeedList() {
  const before = deeds.value.slice(1, 12);
  return (
    <Fold title={t("deeds.title")} testid="deeds">
      {before.length === 0 ? (
        <p class="hint">{t("deeds.none")}</p>
      ) : (
        <ul class="deeds">
          {before.map((deed) => (
            <li key={deed.id}>
              <Words deed={deed} />
              {deed.undo && deed.state === "done" && (
                <Button size="small" look="quiet" onClick={deed.undo} aria-label={t("undo.of", { what: deed.say() })}>
                  {shared("undo")}
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
    </Fold>
  );
}
