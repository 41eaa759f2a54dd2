import { useEffect, useId, useState } from "preact/hooks";
import { money } from "../../shared/format";
import { Button } from "../../shared/ui/button";
import { Dialog } from "../../shared/ui/dialog";
import { showToast } from "../../shared/ui/toast";
import { asMinor, asTyped } from "../amounts";
import { codeOf, tellFailure } from "../api";
import { Failure, Loading } from "../page";
import { shared } from "../text";
import { type OrderDetail, titleOf } from "./order";
import { giveBack, type Left, REASONS, type Reason, type Reckoning, type Refund, readRefunds, reckon } from "./refund";
import { WAYS, type Way, wishOf } from "./refund_wish";
import { t } from "./text";

interface RefundProps {
  order: OrderDetail;
  onClose: () => void;
  /** Has what has become of the order shown. */
  done: () => Promise<void>;
}

/** What goes back of an order: all of it, lines, or an amount. The server says what it comes to before it is done. */
export function RefundDialog({ order, onClose, done }: RefundProps) {
  const [left, setLeft] = useState<Left | null>(null);
  const [failure, setFailure] = useState("");
  const load = (): void => {
    setFailure("");
    readRefunds(order.order).then(
      (found) => setLeft(found.left),
      (error: unknown) => setFailure(codeOf(error)),
    );
  };
  useEffect(load, [order.order]);
  return (
    <Dialog title={t("refund.title", { number: order.number })} onClose={onClose} testid="refund-dialog">
      {failure && <Failure code={failure} again={load} />}
      {!left && !failure && <Loading />}
      {left && <RefundForm order={order} left={left} onClose={onClose} done={done} />}
    </Dialog>
  );
}

function RefundForm({ order, left, onClose, done }: RefundProps & { left: Left }) {
  const id = useId();
  const sent = order.fulfilment !== "unshipped";
  const [way, setWay] = useState<Way>("everything");
  const [reason, setReason] = useState<Reason>(sent ? "returned" : "cancelled");
  const [units, setUnits] = useState<ReadonlyMap<number, number>>(new Map());
  const [restock, setRestock] = useState(true);
  const [shipping, setShipping] = useState("0");
  const [amount, setAmount] = useState("");
  const [note, setNote] = useState("");
  const [busy, setBusy] = useState(false);
  const { currency } = left;
  const filled = { way, reason, units, restock, shipping: asMinor(shipping, currency), amount: asMinor(amount, currency), note };
  const wish = wishOf(filled, left);
  const comesTo = useReckoning(order.order, wish && JSON.stringify(wish));
  const reasons = REASONS.filter((each) => each !== "cancelled" || !sent);

  const submit = (event: Event): void => {
    event.preventDefault();
    if (!wish || busy || !comesTo) return;
    setBusy(true);
    giveBack(order.order, wish)
      .then(async (refund) => {
        showToast(outcomeOf(refund));
        onClose();
        await done();
      }, tellFailure)
      .finally(() => setBusy(false));
  };

  return (
    <form class="form" noValidate onSubmit={submit}>
      <fieldset class="parcel-lines">
        <legend class="field-label">{t("refund.way")}</legend>
        {WAYS.map((each) => (
          <label key={each} class="conflict-side">
            <input
              type="radio"
              name={`${id}-way`}
              checked={way === each}
              data-testid={`refund-way-${each}`}
              onChange={() => setWay(each)}
            />
            <span>{t(`refund.way.${each}`)}</span>
          </label>
        ))}
      </fieldset>
      {way === "lines" && (
        <fieldset class="parcel-lines">
          <legend class="field-label">{t("refund.lines")}</legend>
          {left.lines
            .filter((line) => line.left > 0)
            .map((line) => {
              const ordered = order.lines[line.line];
              return (
                <label key={line.line} class="parcel-line">
                  <span>{ordered && titleOf(ordered)}</span>
                  <span class="with-unit">
                    <input
                      class="input parcel-units"
                      type="number"
                      inputMode="numeric"
                      min={0}
                      max={line.left}
                      value={units.get(line.line) ?? 0}
                      data-testid={`refund-line-${line.line}`}
                      onInput={(event) => {
                        const wanted = Math.trunc(Number(event.currentTarget.value)) || 0;
                        setUnits(new Map(units).set(line.line, Math.min(line.left, Math.max(0, wanted))));
                      }}
                    />
                    <span class="unit">{t("parcel.of", { left: line.left })}</span>
                  </span>
                </label>
              );
            })}
        </fieldset>
      )}
      {way === "lines" && left.shipping > 0 && (
        <Amount
          label={t("refund.shipping")}
          hint={t("refund.most", { amount: money(left.shipping, currency) })}
          value={shipping}
          testid="refund-shipping"
          onInput={setShipping}
        />
      )}
      {way === "amount" && (
        <Amount
          label={t("refund.amount")}
          hint={t("refund.most", { amount: money(left.amount, currency) })}
          value={amount}
          testid="refund-amount"
          placeholder={asTyped(left.amount, currency)}
          onInput={setAmount}
        />
      )}
      <div class="field">
        <label class="field-label" for={`${id}-reason`}>
          {t("refund.reason")}
        </label>
        <select
          id={`${id}-reason`}
          class="input"
          value={reason}
          data-testid="refund-reason"
          onChange={(event) => {
            const chosen = event.currentTarget.value as Reason;
            setReason(chosen);
            setRestock(chosen !== "faulty");
          }}
        >
          {reasons.map((each) => (
            <option key={each} value={each}>
              {t(`refund.reason.${each}`)}
            </option>
          ))}
        </select>
      </div>
      {way !== "amount" && (
        <label class="checkbox">
          <input
            type="checkbox"
            checked={restock}
            data-testid="refund-restock"
            onChange={(event) => setRestock(event.currentTarget.checked)}
          />
          <span>{t("refund.restock")}</span>
        </label>
      )}
      <div class="field">
        <label class="field-label" for={`${id}-note`}>
          {t("refund.note")}
        </label>
        <input
          id={`${id}-note`}
          class="input"
          maxLength={500}
          value={note}
          autocomplete="off"
          data-testid="refund-note"
          onInput={(event) => setNote(event.currentTarget.value)}
        />
      </div>
      <p class="refund-comes-to" role="status" data-testid="refund-comes-to" data-amount={comesTo?.amount ?? ""}>
        {comesTo ? sumOf(comesTo) : t("refund.incomplete")}
      </p>
      <div class="dialog-actions">
        <Button onClick={onClose}>{shared("cancel")}</Button>
        <Button type="submit" look="danger" disabled={busy || !comesTo} data-testid="refund-done">
          {t(comesTo?.cancels ? "refund.cancel_order" : "refund.do")}
        </Button>
      </div>
    </form>
  );
}

interface AmountProps {
  label: string;
  hint: string;
  value: string;
  testid: string;
  placeholder?: string;
  onInput: (value: string) => void;
}

function Amount({ label, hint, value, testid, placeholder = "", onInput }: AmountProps) {
  const id = useId();
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {label}
      </label>
      <input
        id={id}
        class="input"
        inputMode="decimal"
        value={value}
        placeholder={placeholder}
        autocomplete="off"
        aria-describedby={`${id}-hint`}
        data-testid={testid}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
      <p class="hint" id={`${id}-hint`}>
        {hint}
      </p>
    </div>
  );
}

/** What the server says that the wish comes to; null while it is asked, and for none. */
function useReckoning(order: string, wish: string | null): Reckoning | null {
  const [found, setFound] = useState<{ wish: string; reckoning: Reckoning } | null>(null);
  useEffect(() => {
    if (!wish) return;
    let wanted = true;
    const timer = setTimeout(() => {
      reckon(order, JSON.parse(wish)).then((reckoning) => wanted && setFound({ wish, reckoning }), tellFailure);
    }, 150);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [order, wish]);
  return found && found.wish === wish ? found.reckoning : null;
}

function sumOf({ amount, shipping, currency }: Reckoning): string {
  const sum = t("refund.comes_to", { amount: money(amount, currency) });
  return shipping > 0 ? `${sum} ${t("refund.with_shipping", { shipping: money(shipping, currency) })}` : sum;
}

function outcomeOf({ state, amount, currency }: Refund): string {
  return t(`refund.outcome.${state}`, { amount: money(amount, currency) });
}
