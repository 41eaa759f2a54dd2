import { Dialog } from "../shared/ui/dialog";
import { KEYS, keysOn, switchKeys } from "./keys";
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
