import { signal, useSignal } from "@preact/signals";
import { Button } from "../shared/ui/button";
import { Dialog } from "../shared/ui/dialog";
import { RoomLeft } from "../shared/ui/room_left";
import { LanguageSwitch, ThemeSwitch } from "../shared/ui/switches";
import { showToast } from "../shared/ui/toast";
import { asKeptLine, lengthOf } from "../shared/writing";
import { room } from "./session";
import { t } from "./text";
import { tokenStore } from "./token_store";

const NAME_CHARACTERS_MAX = 40;

export const settingsOpen = signal(false);

const close = (): void => {
  settingsOpen.value = false;
};

/** What was said of consent last, until the server has it; the device follows at once, since it needs nobody for that. */
const consent = signal<"told" | "telling">("told");

function remember(remembered: boolean): void {
  tokenStore.keep({ remembered });
  const joins = room().view.joins;
  consent.value = "telling";
  room().rejoinWith({ remember: remembered });
  const end = room().subscribe((view) => {
    if (view.joins === joins) return;
    consent.value = "told";
    showToast(t(remembered ? "settings.remembered" : "settings.forgotten"));
    queueMicrotask(() => end());
  });
}

function rename(name: string): void {
  tokenStore.keep({ name });
  if (name) room().rejoinWith({ name });
}

/** Language and looks, the name beside questions, and whether this device may be recognised: asked, never assumed. */
export function Settings() {
  const name = useSignal(tokenStore.name);
  const remembered = useSignal(tokenStore.remembered);
  if (!settingsOpen.value) return null;
  return (
    <Dialog sheet title={t("settings.label")} onClose={close} testid="settings">
      <div class="switches">
        <LanguageSwitch />
        <ThemeSwitch />
      </div>
      <form
        class="field"
        onSubmit={(event) => {
          event.preventDefault();
          if (lengthOf(name.value) > NAME_CHARACTERS_MAX) return;
          rename(asKeptLine(name.value));
          showToast(t("settings.saved"));
          close();
        }}
      >
        <label class="field-label" for="guest-name">
          {t("settings.name")}
        </label>
        <div class="settings-name">
          <input
            id="guest-name"
            class="input"
            data-testid="guest-name"
            aria-invalid={lengthOf(name.value) > NAME_CHARACTERS_MAX}
            autocomplete="nickname"
            aria-describedby="guest-name-hint guest-name-left"
            value={name.value}
            onInput={(event) => (name.value = event.currentTarget.value)}
          />
          <Button type="submit" data-testid="guest-name-save" disabled={lengthOf(name.value) > NAME_CHARACTERS_MAX}>
            {t("save")}
          </Button>
        </div>
        <p class="hint field-note">
          <span id="guest-name-hint">{t("settings.name_hint")}</span>
          <RoomLeft id="guest-name-left" text={name.value} most={NAME_CHARACTERS_MAX} />
        </p>
      </form>
      <div>
        <label class="checkbox">
          <input
            type="checkbox"
            data-testid="remember"
            aria-describedby="remember-hint"
            checked={remembered.value}
            onChange={(event) => {
              remembered.value = event.currentTarget.checked;
              remember(remembered.value);
            }}
          />
          <span>{t("settings.remember")}</span>
        </label>
        <p class="hint" id="remember-hint">
          {t(consent.value === "telling" ? "settings.telling" : "settings.remember_hint")}
        </p>
      </div>
    </Dialog>
  );
}
