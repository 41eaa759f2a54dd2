import type { Product } from "../sdk/wire";
import { createTranslator } from "../shared/i18n";
import type en from "../shared/locales/host_auctions.en.json";
import { Button } from "../shared/ui/button";

const t = createTranslator<typeof en>("host_auctions");

function Input({ name, label, value, needed = false }: { name: string; label: string; value?: string; needed?: boolean }) {
  return (
    <label class="field">
      <span class="field-label">{label}</span>
      <input
        class="input"
        name={name}
        defaultValue={value}
        required={needed}
        autoComplete="off"
        inputMode="decimal"
        data-testid={`auction-${name}`}
      />
    </label>
  );
}

/** What is auctioned, from where, by which steps, and for how long. */
export function AuctionForm({ sold, prepare }: { sold: readonly Product[]; prepare: (form: HTMLFormElement) => void }) {
  const currency = sold[0]?.currency ?? "";
  return (
    <details class="offer-prepare" data-testid="auction-prepare">
      <summary>{t("prepare")}</summary>
      <form
        class="offer-form"
        onSubmit={(event) => {
          event.preventDefault();
          prepare(event.currentTarget);
        }}
      >
        <label class="field">
          <span class="field-label">{t("product")}</span>
          <select class="input" name="product" data-testid="auction-product">
            {sold.map(({ id, title }) => (
              <option key={id} value={id}>
                {title}
              </option>
            ))}
          </select>
        </label>
        <Input name="quantity" label={t("quantity")} value="1" />
        <Input name="from" label={t("from", { currency })} needed />
        <Input name="step" label={t("step", { currency })} needed />
        <Input name="later" label={t("step.from")} />
        <Input name="more" label={t("step.more")} />
        <Input name="minutes" label={t("minutes")} value="3" needed />
        <Input name="reserve" label={t("reserve")} />
        <Input name="sudden" label={t("sudden")} />
        <label class="checkbox">
          <input type="checkbox" name="extend" defaultChecked data-testid="auction-extend" />
          <span>{t("extend")}</span>
        </label>
        <Button type="submit" data-testid="auction-save">
          {t("save")}
        </Button>
      </form>
    </details>
  );
}
