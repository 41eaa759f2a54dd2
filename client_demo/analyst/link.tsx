import type { ComponentChildren } from "preact";
import { addressOf, go, type Query } from "./address";

interface LinkProps {
  /** A path under /analyst. */
  to: string;
  query?: Query;
  class?: string;
  children: ComponentChildren;
  "aria-current"?: "page" | undefined;
  "aria-label"?: string;
  "data-testid"?: string;
}

/** A link between the analyst's pages: opens without a new page, and in a new tab when the person asks for one. */
export function Link({ to, query = {}, ...rest }: LinkProps) {
  return (
    <a
      {...rest}
      href={addressOf(to, query)}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        go(to, query);
      }}
    />
  );
}
