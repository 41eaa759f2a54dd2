import { type Answer, change } from "../api";
import { type Channel, keepChannel, readChannel } from "../channel";
import { NumberField, SelectField, TextField } from "../fields";
import { type Errors, Form, useForm, type Version } from "../form";
import { t } from "../orders/text";
import { PageFrame, Section } from "../page";

const HOURS_MOST = 2160;
const TAKERS = ["showfloor", "shop"] as const;

interface Taking {
  order_taker: (typeof TAKERS)[number];
  cart_url: string;
  attribution_hours: number;
}

type TakingChannel = Channel & Taking;

function versionOf({ value, etag }: Answer<Channel>): Version<Taking> {
  const { order_taker, cart_url, attribution_hours } = value as TakingChannel;
  return { values: { order_taker, cart_url, attribution_hours }, etag };
}

function check({ order_taker, cart_url, attribution_hours }: Taking): Errors<Taking> {
  const wrong: Errors<Taking> = {};
  if (order_taker === "shop" && !cart_url.trim()) wrong.cart_url = t("url.missing");
  if (!(attribution_hours >= 0 && attribution_hours <= HOURS_MOST)) wrong.attribution_hours = t("hours.wrong");
  return wrong;
}

/** Who takes the orders of the channel's shows, and for how long an order is still a show's. */
export default function OrderTakingPage() {
  const form = useForm<Taking>({
    place: "orders",
    read: async () => versionOf(await readChannel()),
    save: async (changes, _whole, etag) => versionOf(keepChannel(await change<Channel>("/channel", changes, etag))),
    check,
  });
  return (
    <PageFrame
      testid="order-taking"
      title={t("taking")}
      lead={t("taking.lead")}
      back={{ to: "/studio/orders", label: t("title") }}
    >
      <Form form={form} testid="orders-form">
        <Section title={t("taker")}>
          <SelectField
            form={form}
            name="order_taker"
            label={t("taker")}
            hint={t("taker.hint")}
            options={TAKERS.map((each) => ({ value: each, label: t(`taker.${each}`) }))}
          />
        </Section>
        {form.values.order_taker === "shop" && (
          <>
            <Section title={t("cart")} hint={t("cart.hint")}>
              <TextField form={form} name="cart_url" type="url" label={t("url")} hint={t("url.hint")} />
            </Section>
            <Section title={t("window")} hint={t("window.hint")}>
              <NumberField form={form} name="attribution_hours" label={t("hours")} />
            </Section>
          </>
        )}
      </Form>
    </PageFrame>
  );
}
