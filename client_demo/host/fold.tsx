import type { ComponentChildren } from "preact";

interface FoldProps {
  title: string;
  testid: string;
  /** Opens by itself while this is so; the person may close it. */
  open?: boolean;
  class?: string;
  /** Told when the person has opened or closed it. */
  turned?: (open: boolean) => void;
  children: ComponentChildren;
}

const SETTLED_MS = 2_000;

/** Brings what was opened into sight, and again when what it holds has been loaded. */
function keepInSight(fold: HTMLElement): void {
  const grown = new ResizeObserver(() => fold.scrollIntoView({ block: "nearest" }));
  grown.observe(fold);
  setTimeout(() => grown.disconnect(), SETTLED_MS);
}

/** What is wanted now and then: a word in the row below everything else, until it is opened; then it is brought into sight. */
export function Fold({ title, testid, open = false, class: look = "", turned, children }: FoldProps) {
  return (
    <details
      class={`card fold ${look}`}
      open={open}
      data-testid={testid}
      onToggle={({ currentTarget: fold }) => {
        turned?.(fold.open);
        if (fold.open) keepInSight(fold);
      }}
    >
      <summary>{title}</summary>
      <div class="fold-body">{children}</div>
    </details>
  );
}
