import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { shared } from "./text";

interface SheetProps {
  testid?: string;
  /** What the tab is called, before the product's name. */
  title?: string | undefined;
  children: ComponentChildren;
  "data-show"?: string;
  "data-provisional"?: boolean;
}

/** Another page takes the focus to its beginning, as a page that was loaded would; the first one leaves it where it is. */
let firstPage = true;

export function leaveFirstPage(): void {
  firstPage = false;
}

/** The main part of an analyst's page. */
export function Sheet({ testid, title, children, ...rest }: SheetProps) {
  const element = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    if (!firstPage) element.current?.focus({ preventScroll: true });
  }, []);
  useEffect(() => {
    if (title) document.title = `${title} · ${shared("app.name")}`;
  }, [title]);
  return (
    <main ref={element} class="sheet" tabIndex={-1} data-testid={testid} {...rest}>
      {children}
    </main>
  );
}
