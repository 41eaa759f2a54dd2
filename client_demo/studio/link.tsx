import type { ComponentChildren } from "preact";
import { addressOf, go } from "./router";

interface LinkProps {
  /** A path under /studio. */
  to: string;
  query?: Readonly<Record<string, string>>;
  class?: string;
  children: ComponentChildren;
  /** Before the page changes. */
  onClick?: (() => void) | undefined;
  "aria-current"?: "page" | undefined;
  "aria-label"?: string;
  "data-testid"?: string;
}

/** A link within the studio: opens without a new page, and in a new tab when the person asks for one. */
export function Link({ to, query = {}, onClick, ...rest }: LinkProps) {
  return (
    <a
      {...rest}
      href={addressOf(to, query)}
      onClick={(event) => {
        onClick?.();
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        go(to, query);
      }}
    />
  );
}
