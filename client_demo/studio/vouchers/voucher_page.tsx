import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { money } from "../../shared/format";
import type { PageProps } from "../../shared/pages/routes";
import { type Answer, make, read, remove, replace, tellFailure } from "../api";
import { theChannel } from "../channel";
import { CheckField, MomentField, NumberField, type Option, SelectField, TextField } from "../fields";
import { Form, useForm, type Version } from "../form";
import type { FormState } from "../form_state";
import { EndButton } from "../keys/parts";
import { forgetLists } from "../list_state";
import { PageFrame, Section } from "../page";
import { go, stay } from "../router";
import { readShelf } from "../shows/shelf";
import { ProductsField } from "./products_field";
import { t } from "./text";
import { Uses } from "./uses";
import { AUDIENCES, asText, bodyOf, check, KINDS, NAMES, NEW, VOUCHERS, type Voucher, type VoucherText } from "./voucher";
import "./vouchers.css";
import { usesOf } from "./vouchers_page";

const PATH = "/channel/vouchers";
const CODE_MOST = 40;

/** One voucher: its terms, and who used it. */
export default function VoucherPage({ params }: PageProps) {
  const { id } = params;
  const known = useSignal<Voucher | null>(null);
  const segments = useSignal<readonly Option[]>([]);
  const { currency, time_zone: zone } = theChannel();
  const taken = async ({ value, etag }: Answer<Voucher>): Promise<Version<VoucherText>> => {
    known.value = value;
    forgetLists();
    await readShelf(value.products);
    return { values: asText(value, currency, zone), etag };
  };
  const form = useForm<VoucherText>({
    place: `voucher.${id ?? "new"}`,
    read: async () => {
      if (id) return await taken(await read<Voucher>(`${PATH}/${encodeURIComponent(id)}`));
      await readShelf([]);
      return { values: NEW, etag: null };
    },
    save: async (_changes, whole, etag) => {
      const body = bodyOf(whole, currency, zone);
      if (id) return await taken(await replace<Voucher>(`${PATH}/${encodeURIComponent(id)}`, body, etag));
      known.value = (await make<Voucher>(PATH, body)).value;
      forgetLists();
      return null;
    },
    check: (values) => check(values, currency),
    names: NAMES,
  });
  useEffect(() => {
    known.value = null;
    read<{ segments: { id: string; name: string }[] }>("/channel/segments?limit=100").then(
      ({ value }) => (segments.value = value.segments.map((each) => ({ value: each.id, label: each.name }))),
      () => undefined,
    );
  }, [id]);
  const voucher = id ? known.value : null;
  return (
    <PageFrame
      testid="voucher-page"
      title={voucher?.code ?? t(id ? "voucher" : "new")}
      back={{ to: VOUCHERS, label: t("title") }}
      lead={voucher && <Came voucher={voucher} />}
    >
      <Form
        form={form}
        testid="voucher-form"
        action={t(id ? "save" : "create")}
        saved={t(id ? "saved" : "created")}
        onSaved={() => {
          if (!id && known.value) stay(`${VOUCHERS}/${known.value.id}`);
        }}
      >
        {form.stored.value && <Fields form={form} segments={segments.value} />}
      </Form>
      {voucher && <Uses key={`${voucher.id} ${voucher.version}`} voucher={voucher} />}
      {voucher && (
        <Section title={t("remove")} hint={t("remove.hint")}>
          <EndButton
            testid="voucher-remove"
            title={t("remove.title", { code: voucher.code })}
            text={t("remove.text")}
            action={t("remove.action")}
            end={() =>
              remove(`${PATH}/${voucher.id}`, `"${String(voucher.version)}"`).then(() => {
                forgetLists();
                go(VOUCHERS);
              }, tellFailure)
            }
          />
        </Section>
      )}
    </PageFrame>
  );
}

/** How often it was used, and what orders were cheaper by. */
function Came({ voucher }: { voucher: Voucher }) {
  const given = voucher.given.map(({ currency, items, shipping }) => money(items + shipping, currency));
  const said = [usesOf(voucher), given.length > 0 && t("given", { amount: given.join(", ") })].filter(Boolean);
  return <span data-testid="voucher-came">{said.join(" · ")}</span>;
}

function Fields({ form, segments }: { form: FormState<VoucherText>; segments: readonly Option[] }) {
  const { currency, time_zone: zone } = theChannel();
  const { kind, audience } = form.values;
  return (
    <>
      <Section title={t("what")}>
        <TextField form={form} name="code" label={t("code")} hint={t("code.hint")} most={CODE_MOST} />
        <SelectField
          form={form}
          name="kind"
          label={t("kind")}
          options={KINDS.map((value) => ({ value, label: t(`kind.${value}`) }))}
        />
        {kind === "percent" && <NumberField form={form} name="percent" label={t("percent")} hint={t("percent.hint")} unit="%" />}
        {kind === "amount" && (
          <NumberField form={form} name="amount" label={t("amount")} hint={t("amount.hint")} unit={currency} />
        )}
      </Section>
      <Section title={t("whom")} hint={t("whom.hint")}>
        <ProductsField form={form} />
        <NumberField form={form} name="minimum" label={t("minimum")} hint={t("minimum.hint")} unit={currency} />
        <SelectField
          form={form}
          name="audience"
          label={t("audience")}
          options={AUDIENCES.map((value) => ({ value, label: t(`audience.${value}`) }))}
        />
        {audience === "segment" && (
          <SelectField
            form={form}
            name="segment"
            label={t("segment")}
            options={[{ value: "", label: t("segment.choose") }, ...segments]}
          />
        )}
      </Section>
      <Section title={t("often")} hint={t("often.hint")}>
        <CheckField form={form} name="once" label={t("once")} hint={t("once.hint")} />
        <NumberField form={form} name="usesMax" label={t("uses_max")} hint={t("uses_max.hint")} />
        <MomentField form={form} name="startsAt" label={t("starts")} zone={zone} />
        <MomentField form={form} name="endsAt" label={t("ends")} zone={zone} />
      </Section>
    </>
  );
}
