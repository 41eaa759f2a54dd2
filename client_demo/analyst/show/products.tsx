import { count, money, percent } from "../../shared/format";
import type { ProductFigures, Ratio, ShowReport } from "../report";
import { t } from "../text";

/** What each product did in this show, the best-selling first. */
export function Products({ report }: { report: ShowReport }) {
  const products = [...report.products].sort((a, b) => b.orders - a.orders || b.impressed - a.impressed);
  return (
    <section class="card" aria-labelledby="products-title" data-testid="products">
      <h2 id="products-title">{t("products.title")}</h2>
      {products.length === 0 ? (
        <p class="empty">{t("products.empty")}</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keys (WCAG 2.1.1).
        <section class="wide" tabIndex={0} aria-label={t("table.of", { title: t("products.title") })}>
          <table class="table">
            <thead>
              <tr>
                {HEAD.map((key) => (
                  <th scope="col" key={key}>
                    {t(`products.${key}`)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {products.map((each) => (
                <Row key={each.product} product={each} />
              ))}
            </tbody>
          </table>
        </section>
      )}
    </section>
  );
}

const HEAD = ["product", "impressed", "clickers", "ctr", "buyers", "ctor", "orders", "units", "gmv"] as const;

function Row({ product: each }: { product: ProductFigures }) {
  const rate = ({ share }: Ratio): string => (share === null ? "–" : percent(share));
  return (
    <>
      <tr data-testid={`product-${each.product}`}>
        <th scope="row">{each.title}</th>
        <td>{count(each.impressed)}</td>
        <td>{count(each.clickers)}</td>
        <td>{rate(each.ctr)}</td>
        <td>{count(each.buyers)}</td>
        <td>{rate(each.ctor)}</td>
        <td>{count(each.orders)}</td>
        <td>{count(each.units)}</td>
        <td>{each.sales.map((sold) => money(sold.gmv_minor, sold.currency)).join(" · ")}</td>
      </tr>
      {each.variants.map(({ variant, options, orders, units, gmv_minor }) => (
        <tr key={variant} class="variant-row" data-testid={`product-${variant}`}>
          <th scope="row">{Object.values(options).join(" / ")}</th>
          <td colSpan={5} />
          <td>{count(orders)}</td>
          <td>{count(units)}</td>
          <td>
            {Object.entries(gmv_minor)
              .map(([currency, minor]) => money(minor, currency))
              .join(" · ")}
          </td>
        </tr>
      ))}
    </>
  );
}
