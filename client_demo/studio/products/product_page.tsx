import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { PageProps } from "../../shared/pages/routes";
import { Button } from "../../shared/ui/button";
import { showToast } from "../../shared/ui/toast";
import { type Answer, change, make, read, tellFailure } from "../api";
import { theChannel } from "../channel";
import { Field, NumberField, SelectField, TextField } from "../fields";
import { Form, useForm, type Version } from "../form";
import { forgetLists } from "../list_state";
import { PageFrame, Section } from "../page";
import { Pictures } from "../pictures/pictures";
import { stay } from "../router";
import { check, DESCRIPTION_MOST, TITLE_MOST } from "./check";
import { FaqPanel } from "./faq_panel";
import { whole } from "./options";
import { OptionsField } from "./options_field";
import { asText, BUYING, bodyOf, NEW, type Product, type ProductText } from "./product";
import "./products.css";
import { StockPanel } from "./stock_panel";
import { t } from "./text";
import { VariantsField } from "./variants_field";

const PATH = "/studio/products";

/** One product: what it is, what it costs, its variants, its pictures, and its stock. */
export default function ProductPage({ params }: PageProps) {
  const { id } = params;
  const known = useSignal<Product | null>(null);
  const { currency } = theChannel();
  const keep = ({ value, etag }: Answer<Product>): Version<ProductText> => {
    known.value = value;
    forgetLists();
    return { values: asText(value), etag };
  };
  const form = useForm<ProductText>({
    place: `product.${id ?? "new"}`,
    read: async () => (id ? keep(await read<Product>(`/products/${id}`)) : { values: NEW, etag: null }),
    save: async (changes, whole, etag) => {
      const body = bodyOf(changes, whole, currency, !id);
      if (id) return keep(await change<Product>(`/products/${id}`, body, etag));
      known.value = (await make<Product>("/products", body)).value;
      forgetLists();
      return null;
    },
    check: (values) => check(values, currency),
    names: { compare_at: "compareAt", external_id: "externalId", image_alts: "alts", per_viewer_max: "each" },
  });
  useEffect(() => {
    known.value = null;
  }, [id]);
  form.descriptions.set("alts", {
    label: t("alts"),
    show: (alts) =>
      Object.values(alts as ProductText["alts"])
        .filter(Boolean)
        .join("\n"),
  });
  const product = id ? known.value : null;
  const headed = form.stored.value !== null && whole(form.values.options).length > 0;
  return (
    <PageFrame
      testid="product"
      title={product?.title ?? t(id ? "product" : "new")}
      back={{ to: PATH, label: t("title") }}
      actions={
        product && (
          <PutAway
            product={product}
            done={(answer) => {
              keep(answer);
              void form.load();
            }}
          />
        )
      }
    >
      {product && !product.active && <p class="notice">{t("is_archived")}</p>}
      <Form
        form={form}
        testid="product-form"
        action={id ? t("save") : t("create")}
        saved={t(id ? "saved" : "created")}
        onSaved={() => {
          if (!id && known.value) stay(`${PATH}/${known.value.id}`);
        }}
      >
        <Section title={t("what")}>
          <TextField form={form} name="title" label={t("name")} most={TITLE_MOST} />
          <TextField form={form} name="description" label={t("description")} lines={5} most={DESCRIPTION_MOST} />
          <Field
            form={form}
            name="images"
            label={t("pictures")}
            show={(images) => t.count("pictures.n", images.length)}
            control={({ disabled }) => (
              <Pictures
                label={t("pictures")}
                value={form.values.images}
                disabled={disabled}
                onChange={(images) => form.set("images", images)}
                alts={form.values.alts}
                onAlts={(alts) => form.set("alts", alts)}
              />
            )}
          />
        </Section>
        <Section title={t("price.title")}>
          {headed ? (
            <p class="hint">{t("price.by_variant")}</p>
          ) : (
            <>
              <NumberField form={form} name="price" label={t("price")} unit={currency} />
              <NumberField form={form} name="compareAt" label={t("compare")} hint={t("compare.hint")} unit={currency} />
              {!id && <NumberField form={form} name="stock" label={t("stock")} hint={t("stock.new")} />}
            </>
          )}
          <NumberField form={form} name="each" label={t("each")} hint={t("each.hint")} unit={t("each.unit")} />
          <SelectField
            form={form}
            name="buying"
            label={t("buying")}
            options={[
              { value: "", label: t("buying.channel") },
              ...BUYING.map((each) => ({ value: each, label: t(`buying.${each}`) })),
            ]}
          />
          <TextField form={form} name="sku" label={t("sku")} hint={t("sku.hint")} most={100} />
          <TextField form={form} name="externalId" label={t("external")} hint={t("external.hint")} most={100} />
        </Section>
        <Section title={t("variants")} hint={t("variants.hint")} testid="variants">
          <OptionsField form={form} />
          {headed && <VariantsField form={form} currency={currency} pictures={form.values.images} />}
        </Section>
      </Form>
      {product && (
        <div class="form">
          <StockPanel product={product} changed={() => void refresh(product.id, known)} />
          <FaqPanel product={product.id} />
        </div>
      )}
    </PageFrame>
  );
}

/** Reads what is left once more; the form keeps what it holds. */
async function refresh(id: string, known: { value: Product | null }): Promise<void> {
  try {
    known.value = (await read<Product>(`/products/${id}`)).value;
    forgetLists();
  } catch (error) {
    tellFailure(error);
  }
}

function PutAway({ product, done }: { product: Product; done: (answer: Answer<Product>) => void }) {
  const { id, active, title } = product;
  const act = async (): Promise<void> => {
    try {
      done(await make<Product>(`/products/${id}/${active ? "archive" : "restore"}`, {}, null));
      showToast(t(active ? "archived.done" : "restored.done", { title }));
    } catch (error) {
      tellFailure(error);
    }
  };
  return (
    <Button data-testid={active ? "product-archive" : "product-restore"} onClick={() => void act()}>
      {t(active ? "archive" : "restore")}
    </Button>
  );
}
