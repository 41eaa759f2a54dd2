import { money } from "../../../shared/format";
import { t } from "./text";

/** Money in minor units of `currency`; what is not there is not said. */
export interface Summed {
  items: number;
  discount?: number | null | undefined;
  shipping?: number | null | undefined;
  tax?: number | null | undefined;
  tax_name?: string | null | undefined;
  tax_percent?: number | string | null | undefined;
  total: number;
  currency: string;
}

function taxText({ tax, tax_name, tax_percent, currency }: Summed): string | null {
  if (!tax) return null;
  const values = { tax: money(tax, currency), name: tax_name || t("checkout.tax_name") };
  return tax_percent ? t("checkout.tax_percent", { ...values, percent: tax_percent }) : t("checkout.tax", values);
}

/** What it comes to: items, what goes off, what is added, the total and the tax in it. */
export function Sums({ now }: { now: Summed }) {
  const { items, discount, shipping, total, currency } = now;
  const tax = taxText(now);
  const rows: [string, string, string][] = [
    ["items", t("checkout.items"), money(items, currency)],
    ...(discount ? [["discount", t("checkout.discount"), money(-discount, currency)] as [string, string, string]] : []),
    ...(typeof shipping === "number"
      ? [
          ["shipping", t("checkout.shipping"), shipping === 0 ? t("checkout.free") : money(shipping, currency)] as [
            string,
            string,
            string,
          ],
        ]
      : []),
  ];
  return (
    <dl class="sums" data-testid="sums">
      {rows.map(([name, label, amount]) => (
        <div key={name}>
          <dt>{label}</dt>
          <dd data-testid={`sum-${name}`}>{amount}</dd>
        </div>
      ))}
      <div class="sums-total">
        <dt>{t("checkout.total")}</dt>
        <dd data-testid="sum-total">
          <strong>{money(total, currency)}</strong>
          {tax && <span class="hint">{tax}</span>}
        </dd>
      </div>
    </dl>
  );
}
