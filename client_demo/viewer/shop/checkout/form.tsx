import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { HeldStock, RefusedError } from "../../../sdk";
import { money } from "../../../shared/format";
import { language } from "../../../shared/i18n";
import { Button } from "../../../shared/ui/button";
import { showToast } from "../../../shared/ui/toast";
import { refusalText } from "../../text";
import { details, openDetails, type Reckoning, reckonedOf, reckoning, save, saving, write } from "./details";
import { Address, Check, Choices, TextInput } from "./fields";
import { sayRefusal } from "./lacking";
import { isFree } from "./lines";
import type { Own } from "./own";
import { loadPayMethods, type PayMethods as Methods, pay, paying, payMethod, payMethods, payProblem } from "./paying";
import type { Standing } from "./standing";
import { returnedText } from "./states";
import { Sums } from "./sums";
import { t } from "./text";

type Open = Extract<Standing, { is: "open" }>;

/** The price may be another: the server is asked, and what it does not like is said at its field. */
function reprice(hold: string, now: Reckoning): void {
  save(hold, now).catch((error: RefusedError) => {
    if (!sayRefusal(error)) showToast(refusalText(error));
  });
}

function Person() {
  return (
    <fieldset class="checkout-part">
      <legend>{t("checkout.contact")}</legend>
      <TextInput field="name" autoComplete="name" />
      <TextInput field="email" type="email" inputMode="email" autoComplete="email" />
      <p class="hint">{t("checkout.email_hint")}</p>
      <TextInput field="phone" type="tel" inputMode="tel" autoComplete="tel" optional />
    </fieldset>
  );
}

function ShippingChoice({ hold, now }: { hold: string; now: Reckoning }) {
  if (now.methods.length === 0)
    return now.lacks.includes("shipping") ? (
      <p class="notice notice-bad" role="status" data-testid="checkout-no-shipping">
        {t("checkout.wrong.country")}
      </p>
    ) : null;
  const choices = now.methods.map(({ id, title, price, days }) => ({
    value: id,
    label: title,
    hint: [price === 0 ? t("checkout.free") : money(price, now.currency), days ? t.count("checkout.days", days) : ""]
      .filter(Boolean)
      .join(" · "),
  }));
  return (
    <Choices
      name="shipping"
      label={t("checkout.how_sent")}
      chosen={details.value.shipping}
      choices={choices}
      onChoose={(shipping) => {
        write({ shipping });
        reprice(hold, now);
      }}
    />
  );
}

/** What not everybody wants: folded in until it is used. */
function Extras({ hold, now }: { hold: string; now: Reckoning }) {
  return (
    <>
      <details class="checkout-more" open={details.value.voucher !== ""} data-testid="checkout-voucher-open">
        <summary>{t("checkout.voucher_open")}</summary>
        <div class="checkout-voucher">
          <TextInput field="voucher" autoComplete="off" maxLength={60} onEnter={() => reprice(hold, now)} />
          <Button data-testid="checkout-voucher-use" onClick={() => reprice(hold, now)}>
            {t("checkout.voucher_use")}
          </Button>
        </div>
        <p class="hint" role="status">
          {now.voucher ? t("checkout.voucher_taken", { code: now.voucher }) : ""}
        </p>
      </details>
      <details class="checkout-more" open={details.value.gift_note !== ""} data-testid="checkout-gift-open">
        <summary>{t("checkout.gift_open")}</summary>
        <TextInput field="gift_note" autoComplete="off" maxLength={300} optional />
      </details>
    </>
  );
}

function DetailFields({ hold, now }: { hold: string; now: Reckoning }) {
  return (
    <>
      <Person />
      {now.address_needed && (
        <fieldset class="checkout-part">
          <legend>{t("checkout.delivery")}</legend>
          <Address onChange={() => reprice(hold, now)} />
        </fieldset>
      )}
      <ShippingChoice hold={hold} now={now} />
      <Extras hold={hold} now={now} />
    </>
  );
}

function titleOf(method: string, title: Readonly<Record<string, string>>): string {
  return t.maybe(`checkout.method.${method || "at_once"}`) ?? title[language.value] ?? method;
}

function MethodSelect({ choices }: { choices: readonly { value: string; label: string }[] }) {
  return (
    <div class="field">
      <label class="field-label" for="checkout-pay-method">
        {t("checkout.how_paid")}
      </label>
      <select
        id="checkout-pay-method"
        class="input"
        value={payMethod.value}
        data-testid="checkout-pay-method"
        onChange={(event) => {
          payMethod.value = event.currentTarget.value;
        }}
      >
        {choices.map(({ value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
    </div>
  );
}

const CHOICES_MAX = 4;

/** What goes to who pays first cannot be paid hours later. */
function methodsFor({ first_paid }: HeldStock): Methods["methods"] {
  const { methods = [] } = payMethods.value ?? {};
  return first_paid ? methods.filter(({ later }) => !later) : methods;
}

/** Nobody is sent to pay for what others have paid for already. */
function isGone(hold: HeldStock): boolean {
  return hold.first_paid === true && !isFree(hold);
}

/** By what it is paid: a few as choices, the many words of a trial as a list. */
function PayMethods({ hold }: { hold: HeldStock }) {
  const live = payMethods.value?.live ?? true;
  const methods = methodsFor(hold);
  const choices = methods.map(({ method, title, later }) => ({
    value: method,
    label: titleOf(method, title),
    ...(later && { hint: t("checkout.method_later") }),
  }));
  return (
    <>
      {methods.length > CHOICES_MAX && <MethodSelect choices={choices} />}
      {methods.length > 1 && methods.length <= CHOICES_MAX && (
        <Choices
          name="method"
          label={t("checkout.how_paid")}
          chosen={payMethod.value}
          choices={choices}
          onChoose={(method) => {
            payMethod.value = method;
          }}
        />
      )}
      {!live && methods.length > 0 && <p class="hint">{t("checkout.trial")}</p>}
      {methods.length === 0 && <p class="notice">{t("checkout.no_way")}</p>}
    </>
  );
}

function Terms({ terms: { text, url } }: { terms: NonNullable<Reckoning["terms"]> }) {
  return (
    <>
      {text && (
        <details class="checkout-more">
          <summary>{t("checkout.terms_read")}</summary>
          <p class="checkout-terms">{text}</p>
        </details>
      )}
      {/^https?:\/\//.test(url) && (
        <a href={url} target="_blank" rel="noopener noreferrer" class="checkout-terms-link">
          {t("checkout.terms_read")}
        </a>
      )}
      <Check field="terms">{t("checkout.terms")}</Check>
    </>
  );
}

function Agreements({ now: { terms, may_keep } }: { now: Reckoning }) {
  if (!terms && !may_keep) return null;
  return (
    <div class="checkout-part">
      {terms && <Terms terms={terms} />}
      {may_keep && (
        <div>
          <Check field="keep">{t("checkout.keep")}</Check>
          <p class="hint">{t("checkout.keep_hint")}</p>
        </div>
      )}
    </div>
  );
}

function failureText({ failed, returned }: Open, hold: HeldStock): string | null {
  if (payProblem.value) return payProblem.value;
  if (returned) return returnedText(returned, hold);
  if (failed && hold.first_paid) return t("checkout.failed_unheld");
  return failed && (t.maybe(`checkout.failed.${failed}`) ?? t("checkout.failed"));
}

/** The last thing that went wrong with a payment, and that nothing was charged, or that it goes back. */
function Failure({ standing, hold }: { standing: Open; hold: HeldStock }) {
  const text = failureText(standing, hold);
  return (
    <p class={text ? "notice notice-bad" : ""} role="alert" data-testid="pay-problem">
      {text}
    </p>
  );
}

/** Where nothing is sent, or nothing goes there, shipping is not said to be free. */
function summed(now: Reckoning): Parameters<typeof Sums>[0]["now"] {
  const sent = now.address_needed && !now.lacks.includes("shipping");
  return sent ? now : { ...now, shipping: null };
}

/** Who buys, where it goes, what it costs, and Pay, which is pressed: Enter in a field costs no money. */
export function CheckoutForm({ own, standing }: { own: Own; standing: Open }) {
  const { hold } = own;
  const lost = useSignal(false);
  const load = (): void => {
    lost.value = false;
    payProblem.value = null;
    Promise.all([openDetails(hold.hold, hold.exchanges ?? undefined), loadPayMethods()]).catch(() => {
      lost.value = true;
    });
  };
  useEffect(load, [hold.hold]);
  const now = reckoning.value;
  if (!now) {
    return lost.value ? (
      <Button onClick={load}>{t("retry")}</Button>
    ) : (
      <p role="status" class="checkout-waiting">
        <span class="spinner" /> {t("checkout.loading")}
      </p>
    );
  }
  const asked = now !== "none";
  const amount = asked ? now.total : hold.amount;
  // Of the hold that was exchanged: nobody is asked to pay by a sum that is not this one's.
  const before = asked && reckonedOf.value !== hold.hold;
  return (
    <form
      class="checkout-form"
      noValidate
      aria-busy={saving.value}
      data-testid="checkout-form"
      onSubmit={(event) => event.preventDefault()}
    >
      {asked && <DetailFields hold={hold.hold} now={now} />}
      <PayMethods hold={hold} />
      {asked && <Agreements now={now} />}
      <Sums now={asked ? summed(now) : { items: hold.amount, total: hold.amount, currency: hold.currency }} />
      <Failure standing={standing} hold={hold} />
      <Button
        look="primary"
        size="large"
        disabled={
          paying.value || before || isGone(hold) || (amount > 0 && payMethods.value !== null && methodsFor(hold).length === 0)
        }
        data-testid="checkout-pay"
        onClick={() => void pay(hold.hold)}
      >
        {paying.value && <span class="spinner" />}
        {paying.value ? t("checkout.paying") : t("checkout.pay", { amount: money(amount, hold.currency) })}
      </Button>
    </form>
  );
}
