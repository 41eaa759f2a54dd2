import { signal } from "@preact/signals";
import { readPreference, writePreference } from "./preference";

export type Theme = "auto" | "light" | "dark";
export const THEMES: readonly Theme[] = ["auto", "light", "dark"];

const stored = readPreference("theme");
export const theme = signal<Theme>(stored === "light" || stored === "dark" ? stored : "auto");

const systemDark = matchMedia("(prefers-color-scheme: dark)");
/** Whether the page is dark now, whoever decided it. */
export const dark = signal(false);

function follow(): void {
  dark.value = theme.value === "auto" ? systemDark.matches : theme.value === "dark";
}

systemDark.addEventListener("change", follow);

theme.subscribe((now) => {
  if (now === "auto") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = now;
  follow();
});

export function chooseTheme(next: Theme): void {
  theme.value = next;
  writePreference("theme", next);
}

/** Returns a token's present value, e.g. `token("--accent")`, for what cannot read CSS: a canvas. Draw again when `dark` changes. */
export function token(name: `--${string}`): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
