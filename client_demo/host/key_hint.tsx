import { keysOn } from "./keys";

/** The key of an action, beside its name; hidden while keys are switched off. */
export function Key({ of }: { of: string }) {
  if (!keysOn.value) return null;
  return (
    <span class="key" aria-hidden="true">
      {of}
    </span>
  );
}
