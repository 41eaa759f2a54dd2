import { effect, signal, useSignal } from "@preact/signals";
import { nameOf } from "../shared/people";
import { Button } from "../shared/ui/button";
import { Dialog } from "../shared/ui/dialog";
import { RoomLeft } from "../shared/ui/room_left";
import { LanguageSwitch, ThemeSwitch } from "../shared/ui/switches";
import { showToast } from "../shared/ui/toast";
import { asKeptLine, lengthOf } from "../shared/writing";
import { identity, room } from "./session";
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
  if (!name) return showToast(t("settings.saved"));
  const joins = room().view.joins;
  room().rejoinWith({ name });
  const end = room().subscribe((view) => {
    if (view.joins === joins) return;
    if (!view.identity?.renamed) showToast(t("settings.saved"));
    queueMicrotask(() => end());
  });
}

/** A name that only staff may carry here: what the viewer is called instead, in words; null when nothing was refused. */
function refusal(): string | null {
  const renamed = identity.value?.renamed;
  if (!renamed) return null;
  const name = nameOf({ author: renamed.name, guest: renamed.guest });
  return renamed.wish ? t("settings.name_refused", { wish: renamed.wish, name }) : t("settings.name_taken", { name });
}

let told = "";
effect(() => {
  const text = refusal();
  const renamed = identity.value?.renamed;
  const what = renamed ? `${renamed.wish} ${renamed.name}` : "";
  if (what !== told && text) {
    tokenStore.keep({ name: "" });
    showToast(text);
  }
  told = what;
});

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
          <span id="guest-name-hint" data-testid="guest-name-hint">
            {refusal() ?? t("settings.name_hint")}
          </span>
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
