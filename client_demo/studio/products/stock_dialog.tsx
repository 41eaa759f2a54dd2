import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { RefusedError } from "../../sdk/refused";
import { Button } from "../../shared/ui/button";
import { Dialog } from "../../shared/ui/dialog";
import { showToast } from "../../shared/ui/toast";
import { asWhole } from "../amounts";
import { explain, make } from "../api";
import { shared } from "../text";
import { t } from "./text";

interface StockDialogProps {
  id: string;
  name: string;
  /** What the person sees. */
  stock: number;
  close: () => void;
}

/** Sets how many are left. It goes by the number that the person saw: if something was sold meanwhile, they are told and asked again. */
export function StockDialog({ id, name, stock, close }: StockDialogProps) {
  const field = useId();
  const seen = useSignal(stock);
  const text = useSignal("");
  const note = useSignal("");
  const wrong = useSignal("");
  const busy = useSignal(false);
  const submit = async (): Promise<void> => {
    const to = asWhole(text.value);
    if (to === null) {
      wrong.value = t("wrong.stock");
      return;
    }
    busy.value = true;
    wrong.value = "";
    try {
      const body = { seen: seen.value, to, ...(note.value.trim() && { note: note.value }) };
      await make(`/products/${id}/stock`, body, null);
      showToast(t("stock.done", { name, n: to }));
      close();
    } catch (error) {
      const now = error instanceof RefusedError && error.code === "conflict" ? error.refusal.stock : undefined;
      wrong.value = now === undefined ? explain(error) : t("stock.meanwhile", { n: now, before: seen.value });
      if (now !== undefined) seen.value = now;
    } finally {
      busy.value = false;
    }
  };
  return (
    <Dialog title={t("stock.set.of", { name })} onClose={close} testid="stock-dialog">
      <form
        class="stock-form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <p data-testid="stock-seen">{t.count("stock.seen", seen.value)}</p>
        <label class="field" for={`${field}-to`}>
          <span class="field-label">{t("stock.to")}</span>
          <input
            id={`${field}-to`}
            class="input"
            inputMode="numeric"
            autocomplete="off"
            value={text.value}
            aria-invalid={wrong.value !== ""}
            aria-describedby={`${field}-wrong`}
            data-testid="stock-to"
            onInput={(event) => {
              text.value = event.currentTarget.value;
            }}
          />
        </label>
        <label class="field">
          <span class="field-label">{t("stock.note")}</span>
          <input
            class="input"
            maxLength={200}
            autocomplete="off"
            value={note.value}
            placeholder={t("stock.note.example")}
            data-testid="stock-note"
            onInput={(event) => {
              note.value = event.currentTarget.value;
            }}
          />
        </label>
        <p class="field-wrong" id={`${field}-wrong`} role="alert" data-testid="stock-wrong">
          {wrong.value}
        </p>
        <div class="dialog-actions">
          <Button onClick={close}>{shared("cancel")}</Button>
          <Button type="submit" look="primary" disabled={busy.value} data-testid="stock-save">
            {t("stock.save")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
