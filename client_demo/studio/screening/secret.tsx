import { useState } from "preact/hooks";
import { Button } from "../../shared/ui/button";
import { read, tellFailure } from "../api";
import { t } from "./text";

/** What texts for the reviewer are signed with, shown when asked for. */
export function Secret() {
  const [secret, setSecret] = useState("");
  const show = async (): Promise<void> => {
    try {
      setSecret((await read<{ secret: string }>("/channel/screening/secret")).value.secret);
    } catch (error) {
      tellFailure(error);
    }
  };
  return secret ? (
    <p class="field">
      <span class="field-label">{t("secret")}</span>
      <code data-testid="secret">{secret}</code>
    </p>
  ) : (
    <div>
      <Button onClick={() => void show()} data-testid="secret-show">
        {t("secret.show")}
      </Button>
    </div>
  );
}
