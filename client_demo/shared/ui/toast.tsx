import { signal } from "@preact/signals";
import { useLayoutEffect, useMemo } from "preact/hooks";

interface Toast {
  id: number;
  text: string;
  action?: { label: string; run: () => void };
}

const toasts = signal<readonly Toast[]>([]);
/** The places for toasts that are drawn now; the newest shows them. */
const places = signal<readonly symbol[]>([]);
let newest = 0;

/** Shows `text` for `ms` and has it read out politely; with an action, such as Undo, it stays a little longer. At most three at a time. */
export function showToast(text: string, action?: Toast["action"], ms = action ? 8000 : 4500): void {
  const id = ++newest;
  toasts.value = [...toasts.value, { id, text, ...(action && { action }) }].slice(-3);
  setTimeout(() => dropToast(id), ms);
}

function dropToast(id: number): void {
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
}

/**
 * The place of the toasts: once in each page and once in each modal dialog, for nothing outside an open dialog is seen above its
 * backdrop, read out or pressed.
 */
export function Toasts() {
  const place = useMemo(() => Symbol(), []);
  useLayoutEffect(() => {
    places.value = [...places.peek(), place];
    return () => {
      places.value = places.peek().filter((each) => each !== place);
    };
  }, []);
  if (places.value.at(-1) !== place) return null;
  return (
    <div class="toasts" role="status" aria-live="polite" data-testid="toasts">
      {toasts.value.map(({ id, text, action }) => (
        <div class="toast" key={id} data-testid="toast">
          <span>{text}</span>
          {action && (
            <button
              type="button"
              data-testid="toast-action"
              onClick={() => {
                dropToast(id);
                action.run();
              }}
            >
              {action.label}
            </button>
          )}
        </div>
      ))}
    </div>
  );
}
