import { useId, useState } from "preact/hooks";
import { Button } from "../../shared/ui/button";
import { explain, make } from "../api";
import type { FormState } from "../form_state";
import { bodyOf, check, type ScreeningText } from "./settings";
import { t } from "./text";

interface Tried {
  verdict: "allow" | "hold" | "shadow" | "refuse";
  why: readonly { by: string; what: string | null }[];
}

/** A text that is tried by the form as it stands, saved or not. */
export function TryField({ form }: { form: FormState<ScreeningText> }) {
  const id = useId();
  const [text, setText] = useState("");
  const [said, setSaid] = useState("");
  const trying = async (): Promise<void> => {
    if (Object.keys(check(form.values)).length > 0) return setSaid(t("try.wrong"));
    try {
      const settings = { ...bodyOf(form.values), reviewer: null };
      const { value } = await make<Tried>("/channel/screening/try", { text, settings }, null);
      setSaid(sayTried(value));
    } catch (error) {
      setSaid(explain(error));
    }
  };
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {t("try.label")}
      </label>
      <textarea
        id={id}
        class="input"
        rows={2}
        maxLength={1000}
        value={text}
        data-testid="try-text"
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <div class="screening-try">
        <Button disabled={!text.trim()} onClick={() => void trying()} data-testid="try">
          {t("try")}
        </Button>
        <p role="status" data-testid="tried">
          {said}
        </p>
      </div>
    </div>
  );
}

function sayTried({ verdict, why }: Tried): string {
  const found = why.map(({ what }) => what).filter(Boolean);
  const verdictText = t(`tried.${verdict}`);
  return found.length > 0 ? `${verdictText} ${t("tried.found", { what: found.join(" · ") })}` : verdictText;
}
