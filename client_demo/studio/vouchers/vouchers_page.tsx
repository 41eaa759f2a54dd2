import { money } from "../../shared/format";
import { theChannel } from "../channel";
import { Link } from "../link";
import { ListPage } from "../list_page";
import { Sign } from "../sign";
import { momentIn } from "../time";
import { t } from "./text";
import { standing, VOUCHERS, type Voucher } from "./voucher";

/** The channel's vouchers: what each takes off, and how often it was used. */
export default function VouchersPage() {
  return (
    <ListPage<Voucher>
      testid="vouchers"
      title={t("title")}
      lead={t("lead")}
      path="/channel/vouchers"
      things="vouchers"
      keyOf={({ id }) => id}
      actions={<NewVoucher />}
      empty={{ title: t("empty.title"), text: t("empty.text"), action: <NewVoucher /> }}
      row={(voucher) => <Row voucher={voucher} />}
    />
  );
}

function NewVoucher() {
  return (
    <Link to={`${VOUCHERS}/new`} class="button button-primary" data-testid="voucher-new">
      <Sign name="add" />
      {t("new")}
    </Link>
  );
}

/** What a voucher takes off, in words. */
export function takesOff({ kind, percent, amount, currency }: Voucher): string {
  if (kind === "percent") return t("off.percent", { percent: percent ?? 0 });
  if (kind === "amount") return t("off.amount", { amount: money(amount ?? 0, currency ?? "") });
  return t("kind.free_shipping");
}

/** How often it was used, of how many times. */
export function usesOf({ uses_taken, uses_max, uses_reserved }: Voucher): string {
  const used = uses_max === null ? t.count("used", uses_taken) : t("used.of", { n: uses_taken, all: uses_max });
  return uses_reserved > 0 ? `${used} · ${t.count("reserved", uses_reserved)}` : used;
}

function Row({ voucher }: { voucher: Voucher }) {
  const zone = theChannel().time_zone;
  const now = standing(voucher, Date.now());
  const about = [
    takesOff(voucher),
    voucher.products.length > 0 && t.count("for.products", voucher.products.length),
    voucher.audience !== "everyone" && t(`audience.${voucher.audience}`),
    voucher.once_per_person && t("once.short"),
    voucher.ends_at && t("until", { at: momentIn(voucher.ends_at, zone) }),
  ].filter(Boolean);
  return (
    <>
      <div>
        <Link to={`${VOUCHERS}/${voucher.id}`} class="row-title voucher-code" data-testid="voucher">
          {voucher.code}
        </Link>
        <p class="hint">{about.join(" · ")}</p>
        <p class="hint" data-testid="voucher-uses">
          {usesOf(voucher)}
        </p>
      </div>
      <span class={now === "holds" ? "badge badge-good" : "badge"} data-testid="voucher-standing" data-state={now}>
        {t(`standing.${now}` as "standing.holds")}
      </span>
    </>
  );
}
