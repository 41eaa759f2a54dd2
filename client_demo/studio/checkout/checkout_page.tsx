import { type Answer, read, replace } from "../api";
import { theChannel } from "../channel";
import { CheckField, NumberField, SelectField, TextField } from "../fields";
import { Form, useForm, type Version } from "../form";
import { PageFrame, Section } from "../page";
import "./checkout.css";
import { MethodsField } from "./methods_field";
import { asText, bodyOf, type CheckoutSettings, type CheckoutText, check, NAMES, WAYS } from "./settings";
import { t } from "./text";

const PATH = "/channel/checkout";
const TERMS_MOST = 20_000;

/** How the channel sells by its checkout: ways of shipping, tax and terms. */
export default function CheckoutPage() {
  const { currency } = theChannel();
  const versionOf = ({ value, etag }: Answer<CheckoutSettings>): Version<CheckoutText> => ({
    values: asText(value, currency),
    etag,
  });
  const form = useForm<CheckoutText>({
    place: "checkout",
    read: async () => versionOf(await read<CheckoutSettings>(PATH)),
    save: async (_changes, whole, etag) => versionOf(await replace<CheckoutSettings>(PATH, bodyOf(whole, currency), etag)),
    check: (values) => check(values, currency),
    names: NAMES,
  });
  return (
    <PageFrame testid="checkout" title={t("title")} lead={t("lead")}>
      <Form form={form} testid="checkout-form">
        <Section title={t("buying")}>
          <SelectField
            form={form}
            name="buying"
            label={t("buying")}
            hint={t("buying.hint")}
            options={WAYS.map((each) => ({ value: each, label: t(`buying.${each}`) }))}
          />
        </Section>
        <Section title={t("shipping")}>
          <CheckField form={form} name="addressNeeded" label={t("address")} hint={t("address.hint")} />
          {form.values.addressNeeded && <MethodsField form={form} />}
        </Section>
        <Section title={t("tax")} hint={t("tax.hint")}>
          <NumberField form={form} name="tax" label={t("tax.rate")} unit="%" />
          <TextField form={form} name="taxJa" label={t("tax.ja")} most={80} />
          <TextField form={form} name="taxEn" label={t("tax.en")} most={80} />
        </Section>
        <Section title={t("terms")} hint={t("terms.hint")}>
          <TextField form={form} name="termsUrl" type="url" label={t("terms.url")} />
          <TextField form={form} name="termsJa" label={t("terms.ja")} lines={5} most={TERMS_MOST} />
          <TextField form={form} name="termsEn" label={t("terms.en")} lines={5} most={TERMS_MOST} />
        </Section>
      </Form>
    </PageFrame>
  );
}
