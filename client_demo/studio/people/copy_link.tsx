import { useSignal } from "@preact/signals";
import { useId, useRef } from "preact/hooks";
import { Button } from "../../shared/ui/button";
import { theChannel } from "../channel";
import { momentIn } from "../time";
import "./people.css";
import type { NewLink } from "./person";
import { t } from "./text";

/** A link that is told once: to be copied and handed over. */
export function CopyLink({ link }: { link: NewLink }) {
  const id = useId();
  const copied = useSignal(false);
  const box = useRef<HTMLInputElement>(null);
  const address = location.origin + link.path;
  const copy = async (): Promise<void> => {
    box.current?.select();
    await navigator.clipboard?.writeText(address).catch(() => undefined);
    copied.value = true;
  };
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {t("link.label")}
      </label>
      <div class="copy-link">
        <input
          ref={box}
          id={id}
          class="input"
          type="text"
          readOnly
          value={address}
          data-testid="link"
          onFocus={() => box.current?.select()}
        />
        <Button look="primary" data-testid="link-copy" onClick={() => void copy()}>
          {copied.value ? t("link.copied") : t("link.copy")}
        </Button>
      </div>
      <p class="hint field-hint" role="status">
        {t("link.ends", { ends: momentIn(link.ends_at, theChannel().time_zone) })}
      </p>
    </div>
  );
}
