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

/** What is wanted now and then: a word in the row below everything else, until it is opened; then it is brought into sight. */
export function Fold({ title, testid, open = false, class: look = "", turned, children }: FoldProps) {
  return (
    <details
      class={`card fold ${look}`}
      open={open}
      data-testid={testid}
      onToggle={({ currentTarget: fold }) => {
        turned?.(fold.open);
        // In the next frame: until then it has the height that it had closed.
        if (fold.open) requestAnimationFrame(() => fold.scrollIntoView({ block: "nearest" }));
      }}
    >
      <summary>{title}</summary>
      <div class="fold-body">{children}</div>
    </details>
  );
}
