import { signal } from "@preact/signals";
import { place } from "./place";
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

systemDark.addEventListener("change", follow, { signal: place.over });

theme.subscribe((now) => {
  if (now === "auto") delete place.frame?.dataset["theme"];
  else if (place.frame) place.frame.dataset["theme"] = now;
  follow();
});

export function chooseTheme(next: Theme): void {
  theme.value = next;
  writePreference("theme", next);
}

/** Returns a token's present value, e.g. `token("--accent")`, for what cannot read CSS: a canvas. Draw again when `dark` changes. */
export function token(name: `--${string}`): string {
  return place.frame ? getComputedStyle(place.frame).getPropertyValue(name).trim() : "";
}
