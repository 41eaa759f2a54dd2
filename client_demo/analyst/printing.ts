type Listener = (prints: boolean) => void;

const listeners = new Set<Listener>();
let shown: string | undefined;

/**
 * Calls `listener(true)` right before the page is printed and `listener(false)` after. Paper is light whatever the screen shows, and a canvas
 * must be drawn before this event is over, which is why it is no signal. Returns the way to end it.
 */
export function onPrinting(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

addEventListener("beforeprint", () => {
  const root = document.documentElement;
  shown = root.dataset["theme"];
  root.dataset["theme"] = "light";
  for (const listener of listeners) listener(true);
});

addEventListener("afterprint", () => {
  const root = document.documentElement;
  if (shown === undefined) delete root.dataset["theme"];
  else root.dataset["theme"] = shown;
  for (const listener of listeners) listener(false);
});
