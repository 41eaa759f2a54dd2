import { Button } from "../../shared/ui/button";
import { theChannel } from "../channel";
import { Link } from "../link";
import { stay } from "../router";
import { asMoment } from "../time";
import { ORDERS, SHIPPINGS, STATES } from "./order";
import { t } from "./text";

/** What the list leaves, as it stands in the address; days are the channel's. */
export interface Filters {
  state?: string;
  fulfilment?: string;
  show?: string;
  since?: string;
  until?: string;
}

const NAMES = ["state", "fulfilment", "show", "since", "until"] as const;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

export function filtersIn(query: URLSearchParams): Filters {
  const found: Filters = {};
  for (const name of NAMES) {
    const value = query.get(name);
    if (value && isKnown(name, value)) found[name] = value;
  }
  return found;
}

function isKnown(name: (typeof NAMES)[number], value: string): boolean {
  if (name === "state") return (STATES as readonly string[]).includes(value);
  if (name === "fulfilment") return (SHIPPINGS as readonly string[]).includes(value);
  return name === "show" || (DAY.test(value) && !Number.isNaN(Date.parse(value)));
}

/** The same for the server, which takes moments: both days are within. */
export function askedFor({ since, until, ...rest }: Filters, q: string | null = null): URLSearchParams {
  const zone = theChannel().time_zone;
  const from = since && asMoment(`${since}T00:00`, zone);
  const next = until && new Date(Date.parse(until) + 86_400_000).toISOString().slice(0, 10);
  const before = next && asMoment(`${next}T00:00`, zone);
  return new URLSearchParams({ ...rest, ...(from && { since: from }), ...(before && { before }), ...(q && { q }) });
}

export function FilterBar({ filters, q }: { filters: Filters; q: string | null }) {
  const choose = (change: Filters): void => {
    const next = Object.entries({ ...filters, ...change }).filter(([, value]) => value);
    stay(ORDERS, { ...Object.fromEntries(next), ...(q && { q }) });
  };
  return (
    <>
      {[undefined, ...STATES].map((each) => (
        <Button
          key={each ?? "all"}
          aria-pressed={each === filters.state}
          data-testid={`orders-${each ?? "all"}`}
          onClick={() => choose({ state: each ?? "" })}
        >
          {t(`state.${each ?? "all"}`)}
        </Button>
      ))}
      <select
        class="input order-select"
        aria-label={t("fulfilment")}
        value={filters.fulfilment ?? ""}
        data-testid="orders-fulfilment"
        onChange={(event) => choose({ fulfilment: event.currentTarget.value })}
      >
        <option value="">{t("fulfilment.all")}</option>
        {SHIPPINGS.map((each) => (
          <option key={each} value={each}>
            {t(`shipping.${each}`)}
          </option>
        ))}
      </select>
      {(["since", "until"] as const).map((name) => (
        <label key={name} class="order-day">
          <span>{t(name)}</span>
          <input
            class="input"
            type="date"
            value={filters[name] ?? ""}
            data-testid={`orders-${name}`}
            onChange={(event) => choose({ [name]: event.currentTarget.value })}
          />
        </label>
      ))}
      {filters.show && (
        <Link to={ORDERS} class="button" data-testid="orders-every-show">
          {t("every_show")}
        </Link>
      )}
    </>
  );
}
