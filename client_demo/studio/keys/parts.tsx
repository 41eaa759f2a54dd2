import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Button } from "../../shared/ui/button";
import { Dialog } from "../../shared/ui/dialog";
import { showToast } from "../../shared/ui/toast";
import { Tabs as Shown } from "../tabs";
import { shared } from "../text";
import { KEYS, t } from "./keys";
import "./keys.css";

/** Between the pages of the area. */
export function Tabs({ here }: { here: "keys" | "customers" | "provider" }) {
  const tabs = [
    { name: "keys", to: KEYS, label: t("title"), testid: "tab-keys" },
    { name: "customers", to: `${KEYS}/customers`, label: t("customers.title"), testid: "tab-customers" },
    { name: "provider", to: `${KEYS}/staff`, label: t("provider.title"), testid: "tab-provider" },
  ];
  return <Shown label={t("tabs")} here={here} tabs={tabs} />;
}

/** A secret, now and never again: it is in no draft, and goes with the page. */
export function SecretOnce({
  secret,
  title,
  text,
  children,
}: {
  secret: string;
  title: string;
  text: string;
  children?: ComponentChildren;
}) {
  return (
    <section class="section card key-section" data-testid="secret-once" aria-labelledby="secret-title">
      <h2 id="secret-title">{title}</h2>
      <p>{text}</p>
      <CopyBox text={secret} label={title} testid="secret" />
      {children}
    </section>
  );
}

/** A text that is to be copied elsewhere, with what copies it. */
export function CopyBox({ text, label, testid }: { text: string; label: string; testid: string }) {
  return (
    <div class="secret">
      <input
        class="input secret-text"
        readOnly
        spellcheck={false}
        autocomplete="off"
        aria-label={label}
        data-testid={testid}
        value={text}
        onFocus={(event) => event.currentTarget.select()}
      />
      <Button look="primary" data-testid={`${testid}-copy`} onClick={() => void copy(text)}>
        {t("copy")}
      </Button>
    </div>
  );
}

async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    showToast(t("copied"));
  } catch {
    showToast(t("copy.failed"));
  }
}

interface EndProps {
  title: string;
  text: string;
  action: string;
  /** Ends it; the dialog closes once that is done. */
  end: () => Promise<unknown>;
  testid: string;
}

/** A button that ends something for good, which is asked once more. */
export function EndButton({ title, text, action, end, testid }: EndProps) {
  const [open, setOpen] = useState(false);
  const [busy, setBusy] = useState(false);
  const finish = (): void => {
    setBusy(true);
    void end().finally(() => {
      setBusy(false);
      setOpen(false);
    });
  };
  return (
    <>
      <Button look="quiet" size="small" data-testid={testid} onClick={() => setOpen(true)}>
        {action}
      </Button>
      {open && (
        <Dialog title={title} testid={`${testid}-dialog`} onClose={() => setOpen(false)}>
          <p>{text}</p>
          <div class="form-actions">
            <Button look="danger" disabled={busy} data-testid={`${testid}-sure`} onClick={finish}>
              {action}
            </Button>
            <Button onClick={() => setOpen(false)}>{shared("cancel")}</Button>
          </div>
        </Dialog>
      )}
    </>
  );
}
