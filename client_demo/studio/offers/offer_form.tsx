import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Button } from "../../shared/ui/button";
import { make, read, replace } from "../api";
import { theChannel } from "../channel";
import { MomentField, NumberField, type Option, SelectField, TextField } from "../fields";
import { Form, useForm } from "../form";
import { catalogue, known, type Sold, soldVariants } from "../shows/shelf";
import { AUDIENCES, asText, bodyOf, check, NAMES, NEW, type Offer, type OfferText } from "./offer";
import { t } from "./text";

interface Props {
  /** Of the show's offers. */
  path: string;
  written: "new" | Offer;
  close: () => void;
}

/** What may be offered: products without variants, and variants. */
function choices(lineUp: readonly string[]): Option[] {
  const named = lineUp.length > 0 ? lineUp : (catalogue.value ?? []);
  const sold = named.flatMap((id): (readonly [string, string])[] => {
    const product: Sold | undefined = known.value.get(id);
    const variants = product ? soldVariants(product) : [];
    return variants.length > 0 ? variants.map((each) => [each.id, each.title] as const) : [[id, product?.title ?? id] as const];
  });
  return [...new Map(sold)].map(([value, label]) => ({ value, label }));
}

/** A new offer, or one that was never open anew. */
export function OfferForm({ path, written, close }: Props) {
  const before = written === "new" ? null : written;
  const { currency, time_zone: zone } = theChannel();
  const segments = useSignal<readonly Option[]>([]);
  const lineUp = useSignal<readonly string[]>([]);
  useEffect(() => {
    read<{ segments: { id: string; name: string }[] }>("/channel/segments?limit=100").then(
      ({ value }) => (segments.value = value.segments.map(({ id, name }) => ({ value: id, label: name }))),
      () => undefined,
    );
    read<{ products: { product: string }[] }>(path.replace(/\/offers$/, "/line-up")).then(
      ({ value }) => (lineUp.value = value.products.map(({ product }) => product)),
      () => undefined,
    );
  }, [path]);
  const form = useForm<OfferText>({
    place: `offer.${path}.${before?.id ?? "new"}`,
    read: async () => {
      if (!before) return { values: NEW, etag: null };
      const { value, etag } = await read<Offer>(`/offers/${before.id}`);
      return { values: asText(value, zone), etag };
    },
    save: async (_changes, whole, etag) => {
      const body = bodyOf(whole, currency, zone, before);
      await (before ? replace(`/offers/${before.id}`, body, etag) : make(path, body));
      return null;
    },
    check: (values) => check(values, currency, before?.audience === "code"),
    names: NAMES,
    fresh: !before,
  });
  const { audience } = form.values;
  return (
    <div class="surveys-form">
      <h3>{t(before ? "edit" : "add")}</h3>
      <Form form={form} testid="offer-form" action={t(before ? "save" : "add.do")} saved={t("prepared")} onSaved={close}>
        <SelectField
          form={form}
          name="product"
          label={t("product")}
          options={[{ value: "", label: t("product.choose") }, ...choices(lineUp.value)]}
        />
        <NumberField form={form} name="price" label={t("price")} hint={t("price.hint")} unit={currency} />
        <NumberField form={form} name="units" label={t("units")} hint={t("units.hint")} />
        <NumberField form={form} name="each" label={t("each")} hint={t("each.hint")} />
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
            options={[{ value: "", label: t("segment.choose") }, ...segments.value]}
          />
        )}
        {audience === "code" && (
          <TextField
            form={form}
            name="code"
            label={t("code")}
            hint={t(before?.audience === "code" ? "code.kept" : "code.hint")}
          />
        )}
        <MomentField form={form} name="startsAt" label={t("starts")} hint={t("starts.hint", { zone })} zone={zone} />
        <NumberField form={form} name="minutes" label={t("minutes")} hint={t("minutes.hint")} />
      </Form>
      <Button look="quiet" data-testid="offer-cancel" onClick={close}>
        {t("cancel")}
      </Button>
    </div>
  );
}
