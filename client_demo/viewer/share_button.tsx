import { Icon } from "../shared/ui/icon";
import { withParts } from "./late";
import { t } from "./text";

export function ShareButton({ class: look }: { class: string }) {
  return (
    <button
      type="button"
      class={look}
      aria-label={t("share.label")}
      data-testid="share"
      onClick={() => withParts((parts) => void parts.share())}
    >
      <Icon name="share" />
    </button>
  );
}
