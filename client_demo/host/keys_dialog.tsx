import { Dialog } from "../shared/ui/dialog";
import { KEYS, keysOn, switchKeys } from "./keys";
import { chosen } from "./show_choice";
import { keysShown } from "./surface";
import { t } from "./text";

/** All keys, and the switch that turns them off. */
export function KeysDialog() {
  return (
    <Dialog
      title={t("keys.title")}
      testid="keys-dialog"
      onClose={() => {
        keysShown.value = false;
      }}
    >
      <p class="views">
        {(["moderate", "stage"] as const).map((view) => (
          <a key={view} class="button" href={`?show=${encodeURIComponent(chosen.value ?? "")}&view=${view}`} data-testid={`view-${view}`}>
            {t(view === "stage" ? "screen.open" : "speed.open")}
          </a>
        ))}
      </p>
      <label class="checkbox">
        <input
          type="checkbox"
          checked={keysOn.value}
          data-testid="keys-switch"
          onChange={(event) => switchKeys(event.currentTarget.checked)}
        />
        {t("keys.on")}
      </label>
      <dl class="keys">
        {KEYS.map(([action, key]) => (
          <div key={action}>
            <dt>{t(`key.${action}`)}</dt>
            <dd>
              <kbd class="key">{key}</kbd>
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
