import { useId, useState } from "preact/hooks";
import { Button } from "../../shared/ui/button";
import { Dialog } from "../../shared/ui/dialog";
import { shared } from "../text";
import { type OrderDetail, type Parcel, type Shipment, titleOf } from "./order";
import { t } from "./text";

interface ParcelProps {
  order: OrderDetail;
  /** A parcel that is corrected; left out, a new one goes off. */
  shipment?: Shipment;
  onClose: () => void;
  done: (parcel: Parcel) => Promise<void>;
}

/** Whether a buyer can be led there. */
export function isTracking(text: string): boolean {
  if (!text) return true;
  return /^https:\/\/[^\s/?#@]+([/?#]\S*)?$/.test(text) && URL.canParse(text);
}

/** By whom a parcel goes, where it is followed and, of a new one, what is in it. */
export function ParcelDialog({ order, shipment, onClose, done }: ParcelProps) {
  const id = useId();
  const [carrier, setCarrier] = useState(shipment?.carrier ?? "");
  const [tracking, setTracking] = useState(shipment?.tracking ?? "");
  const left = order.lines.filter((line) => line.left > 0);
  const [units, setUnits] = useState<ReadonlyMap<number, number>>(new Map(left.map(({ line, left }) => [line, left])));
  const [wrong, setWrong] = useState("");
  const [busy, setBusy] = useState(false);
  const chosen = left.map(({ line }) => ({ line, quantity: units.get(line) ?? 0 })).filter(({ quantity }) => quantity > 0);
  const whole = left.every(({ line, left }) => units.get(line) === left);

  const submit = (event: Event): void => {
    event.preventDefault();
    if (!isTracking(tracking.trim())) return setWrong(t("parcel.tracking.wrong"));
    if (!shipment && chosen.length === 0) return setWrong(t("parcel.nothing"));
    setWrong("");
    setBusy(true);
    const parcel = { carrier: carrier.trim(), tracking: tracking.trim() };
    void done(shipment || whole ? parcel : { ...parcel, lines: chosen }).finally(() => setBusy(false));
  };

  return (
    <Dialog title={t(shipment ? "parcel.correct" : "parcel.title")} onClose={onClose} testid="parcel-dialog">
      <form class="form" noValidate onSubmit={submit}>
        {!shipment && (
          <fieldset class="parcel-lines">
            <legend class="field-label">{t("parcel.lines")}</legend>
            {left.map((line) => (
              <label key={line.line} class="parcel-line">
                <span>{titleOf(line)}</span>
                <span class="with-unit">
                  <input
                    class="input parcel-units"
                    type="number"
                    inputMode="numeric"
                    min={0}
                    max={line.left}
                    value={units.get(line.line) ?? 0}
                    data-testid={`parcel-line-${line.line}`}
                    onInput={(event) => {
                      const wanted = Math.trunc(Number(event.currentTarget.value)) || 0;
                      setUnits(new Map(units).set(line.line, Math.min(line.left, Math.max(0, wanted))));
                    }}
                  />
                  <span class="unit">{t("parcel.of", { left: line.left })}</span>
                </span>
              </label>
            ))}
          </fieldset>
        )}
        <div class="field">
          <label class="field-label" for={`${id}-carrier`}>
            {t("parcel.carrier")}
          </label>
          <input
            id={`${id}-carrier`}
            class="input"
            maxLength={60}
            value={carrier}
            autocomplete="off"
            data-testid="parcel-carrier"
            onInput={(event) => setCarrier(event.currentTarget.value)}
          />
        </div>
        <div class="field">
          <label class="field-label" for={`${id}-tracking`}>
            {t("parcel.tracking")}
          </label>
          <input
            id={`${id}-tracking`}
            class="input"
            type="url"
            maxLength={500}
            value={tracking}
            autocomplete="off"
            aria-describedby={`${id}-hint ${id}-wrong`}
            aria-invalid={wrong !== ""}
            data-testid="parcel-tracking"
            onInput={(event) => setTracking(event.currentTarget.value)}
          />
          <p class="hint" id={`${id}-hint`}>
            {t("parcel.tracking.hint")}
          </p>
          <p class="field-wrong" id={`${id}-wrong`} role="alert" data-testid="parcel-wrong">
            {wrong}
          </p>
        </div>
        <div class="dialog-actions">
          <Button onClick={onClose}>{shared("cancel")}</Button>
          <Button type="submit" look="primary" disabled={busy} data-testid="parcel-done">
            {t(shipment ? "parcel.correct.done" : "ship")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
