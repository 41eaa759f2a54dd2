import { signal } from "@preact/signals";
import { Dialog } from "../../shared/ui/dialog";
import { t } from "../channel/text";
import { Entry } from "../definitions/entry";
import { nameOf } from "../definitions/text";
import { Link } from "../link";

const explained = signal<string | null>(null);

/** The name of a figure, which opens its definition. */
export function FigureName({ of: key, currency }: { of: string; currency?: string | null | undefined }) {
  return (
    <button
      type="button"
      class="figure-name"
      aria-haspopup="dialog"
      data-testid={`define-${key}`}
      onClick={() => {
        explained.value = key;
      }}
    >
      {currency ? `${nameOf(key)} (${currency})` : nameOf(key)}
    </button>
  );
}

/** The definition that was asked for, over the page; once on each page. */
export function Explained() {
  const key = explained.value;
  if (!key) return null;
  return (
    <Dialog
      title={nameOf(key)}
      testid="definition"
      onClose={() => {
        explained.value = null;
      }}
    >
      <Entry of={key} />
      <Link to="/analyst/definitions" class="definition-more">
        {t("definitions.more")}
      </Link>
    </Dialog>
  );
}
