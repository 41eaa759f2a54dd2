import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { createTranslator } from "../../shared/i18n";
import type en from "../../shared/locales/studio_embedding.en.json";
import { session } from "../../shared/staff/session";
import { Button } from "../../shared/ui/button";
import { Failure } from "../page";

const t = createTranslator<typeof en>("studio_embedding");

const SCRIPT = "/element/showfloor.js";

interface PreviewProps {
  /** null: there is none to show. */
  show: string | null;
  language: string;
  /** Beside the button. */
  children: ComponentChildren;
}

/** The element as a shop's page would show it. It is entered as the person who is signed in, so that they are not in the audience. */
export function Preview({ show, language, children }: PreviewProps) {
  const on = useSignal(false);
  const failed = useSignal(false);
  const place = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (!on.value || !show || !place.current) return;
    const element = document.createElement("showfloor-show");
    element.setAttribute("show", show);
    element.setAttribute("lang", language);
    element.setAttribute("token", session.peek()?.token ?? "");
    place.current.append(element);
    failed.value = false;
    import(/* @vite-ignore */ SCRIPT).catch(() => (failed.value = true));
    return () => element.remove();
  }, [on.value, show, language]);
  return (
    <>
      <div class="form-actions">
        {children}
        {show && (
          <Button aria-expanded={on.value} data-testid="embedding-preview" onClick={() => (on.value = !on.value)}>
            {t(on.value ? "preview.close" : "preview.open")}
          </Button>
        )}
      </div>
      {failed.value && <Failure code="offline" />}
      {on.value && <div ref={place} class="embedding-preview" data-testid="embedding-previewed" />}
    </>
  );
}
