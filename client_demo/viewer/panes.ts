import { signal } from "@preact/signals";
import { embedded, place } from "../shared/place";

export type Pane = "comments" | "questions" | "products" | "orders";
export const PANES: readonly Pane[] = ["comments", "questions", "products", "orders"];

// The same words as in the style sheets; a phone on its side is low rather than wide, and wants the panel too.
const wideQuery = matchMedia("(min-width: 900px), (min-width: 640px) and (max-height: 500px)");
/** Wide enough for a panel beside the video; otherwise the panes rise over it as sheets. */
export const wide = signal(wideQuery.matches);

/** An element is as wide as the page around it lets it be, whatever the screen. */
function followElement(frame: HTMLElement): void {
  const look = (): void => {
    const { clientWidth: width, clientHeight: height } = frame;
    wide.value = width >= 900 || (width >= 640 && height <= 500);
  };
  const observer = new ResizeObserver(look);
  observer.observe(frame);
  place.over.addEventListener("abort", () => observer.disconnect());
  look();
}

if (embedded && place.frame) followElement(place.frame);
else wideQuery.addEventListener("change", () => (wide.value = wideQuery.matches));

/** The pane in the panel: there is always one. */
export const panel = signal<Pane>("questions");
/** The pane that has risen over the video; null when none has. */
export const sheet = signal<Pane | null>(null);

export function openPane(pane: Pane): void {
  panel.value = pane;
  if (!wide.peek()) sheet.value = pane;
}

export function closeSheet(): void {
  sheet.value = null;
}
