import { effect, signal } from "@preact/signals";
import { showToast } from "../shared/ui/toast";
import { withLateTexts } from "./late_texts";
import { identity, room, show } from "./session";
import type { Late } from "./settings_dialog";
import { refusalText } from "./text";
import { tokenStore } from "./token_store";

export const settingsOpen = signal(false);

const late = signal<Late | null>(null);

function close(): void {
  settingsOpen.value = false;
}

/** The dialog comes after the page, once the show has been joined, so that it is there without a connection too. */
async function load(): Promise<void> {
  try {
    const { settings } = await withLateTexts(import("./settings_dialog"));
    late.value ??= settings({ identity, room, show, tokenStore, close });
  } catch (error) {
    if (settingsOpen.peek()) showToast(refusalText(error));
    close();
  }
}

effect(() => {
  if ((identity.value || settingsOpen.value) && !late.peek()) void load();
});

export function Settings() {
  const Dialog = late.value;
  return settingsOpen.value && Dialog ? <Dialog /> : null;
}
