import { useState } from "preact/hooks";
import { count } from "../../shared/format";
import { Button } from "../../shared/ui/button";
import { Dialog } from "../../shared/ui/dialog";
import { showToast } from "../../shared/ui/toast";
import { tellFailure } from "../api";
import { shared } from "../text";
import { type BulkResult, lookAt, shipFile } from "./bulk";
import { t } from "./text";

/** Marks the orders that a file names, after it was said what would come of each. */
export function ShipFile({ done }: { done: () => void }) {
  const [file, setFile] = useState<File | null>(null);
  const [seen, setSeen] = useState<readonly BulkResult[] | null>(null);
  const [busy, setBusy] = useState(false);
  const choose = (chosen: File | undefined): void => {
    if (!chosen) return;
    void lookAt(chosen).then((results) => {
      setFile(chosen);
      setSeen(results);
    }, tellFailure);
  };
  const close = (): void => setSeen(null);
  const apply = (): void => {
    if (!file) return;
    setBusy(true);
    void shipFile(file)
      .then((results) => {
        close();
        showToast(t("file.done", { n: count(results.filter(({ outcome }) => outcome === "shipped").length) }));
        done();
      }, tellFailure)
      .finally(() => setBusy(false));
  };
  const going = seen?.filter(({ outcome }) => outcome === "shipped").length ?? 0;
  return (
    <>
      <label class="button order-file">
        {t("file")}
        <input
          class="visually-hidden"
          type="file"
          accept=".csv,text/csv"
          data-testid="orders-file"
          onChange={(event) => {
            choose(event.currentTarget.files?.[0]);
            event.currentTarget.value = "";
          }}
        />
      </label>
      {seen && (
        <Dialog title={t("file.title")} onClose={close} testid="file-dialog">
          <p>{t("file.text", { n: count(going) })}</p>
          <ul class="rows order-preview">
            {seen.map((each) => (
              <li key={`${each.line} ${each.name}`} data-testid="file-line" data-outcome={each.outcome}>
                <strong>{each.name}</strong> {each.carrier}
                <span class="hint"> {each.why ? t(`file.why.${each.why}`) : t(`file.${each.outcome}`)}</span>
              </li>
            ))}
          </ul>
          <div class="dialog-actions">
            <Button onClick={close}>{shared("cancel")}</Button>
            <Button look="primary" disabled={busy || going === 0} data-testid="file-apply" onClick={apply}>
              {t("file.apply", { n: count(going) })}
            </Button>
          </div>
        </Dialog>
      )}
    </>
  );
}
