import type { ComponentChildren } from "preact";
import { addressOf, type Places, type Query } from "./places";

interface LinkProps {
  /** A path under the page's root. */
  to: string;
  query?: Query;
  class?: string;
  children: ComponentChildren;
  /** Before the place changes. */
  onClick?: (() => void) | undefined;
  "aria-current"?: "page" | undefined;
  "aria-label"?: string;
  "data-testid"?: string;
}

/** Makes the links between these places: they open without a new page, and in a new tab when the person asks for one. */
export function linkWithin({ go }: Places) {
  return function Link({ to, query = {}, onClick, ...rest }: LinkProps) {
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
  };
}
