import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { createTranslator } from "../i18n";
import { isComposing, isEscape } from "../input_method";
import type en from "../locales/shared.en.json";
import { Button } from "./button";
import { Icon } from "./icon";
import { useLayer } from "./layers";
import { Toasts } from "./toast";

const t = createTranslator<typeof en>("shared");

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
  /** Rises from below on a narrow screen. */
  sheet?: boolean;
  testid?: string;
}

/** A modal dialog: the browser keeps the focus inside, Escape and Back close, and the focus returns to what opened it. Draw it while it is open. */
export function Dialog({ title, onClose, children, sheet = false, testid }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useLayer(onClose);
  // In the turn in which it is drawn: the next key, however soon it comes, is for the dialog and not for the page under it.
  useLayoutEffect(() => {
    const dialog = element.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={element}
      part="dialog"
      class={sheet ? "dialog dialog-sheet" : "dialog"}
      aria-labelledby={heading}
      data-testid={testid}
      onKeyDown={(event) => {
        // Chromium passes a page's say over when Escape comes twice without a press in between.
        if (!isEscape(event)) return;
        event.preventDefault();
        onClose();
      }}
      onCancel={(event) => {
        event.preventDefault();
        if (!isComposing()) onClose();
      }}
      onClick={(event) => {
        if (event.target === element.current) onClose();
      }}
    >
      <div class="dialog-body">
        <header class="dialog-head">
          <h2 id={heading}>{title}</h2>
          <Button look="quiet" size="icon" aria-label={t("close")} onClick={onClose} data-testid="dialog-close">
            <Icon name="close" />
          </Button>
        </header>
        {children}
      </div>
      <Toasts />
    </dialog>
  );
}
