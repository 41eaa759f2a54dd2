import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { refusedBy } from "../../sdk/http";
import { RefusedError } from "../../sdk/refused";
import { money } from "../../shared/format";
import { save } from "../../shared/save";
import { session } from "../../shared/staff/session";
import { Button } from "../../shared/ui/button";
import { codeOf, read, tellFailure } from "../api";
import { theChannel } from "../channel";
import { Link } from "../link";
import { Failure, Loading, Section } from "../page";
import { t as common } from "../text";
import { momentIn } from "../time";
import { t } from "./text";
import type { Voucher } from "./voucher";

interface Use {
  hold: string;
  state: "reserved" | "taken" | "given_back";
  viewer: string;
  show: string;
  show_title: string | null;
  number: string | null;
  items: number;
  shipping: number;
  currency: string;
  at: string;
}
interface Page {
  uses: Use[];
  next: string | null;
}

/** Who used a voucher, the newest first. */
export function Uses({ voucher: { id, code } }: { voucher: Voucher }) {
  const path = `/channel/vouchers/${id}/uses`;
  const found = useSignal<Page | null>(null);
  const failure = useSignal<string | null>(null);
  const load = async (before: Page | null): Promise<void> => {
    failure.value = null;
    const cursor = before?.next ? `&cursor=${before.next}` : "";
    try {
      const { value } = await read<Page>(`${path}?limit=20${cursor}`);
      found.value = { uses: [...(before?.uses ?? []), ...value.uses], next: value.next };
    } catch (error) {
      failure.value = codeOf(error);
    }
  };
  useEffect(() => void load(null), [path]);
  const page = found.value;
  return (
    <Section title={t("uses")} testid="uses">
      {failure.value && <Failure code={failure.value} again={() => void load(null)} />}
      {!page && !failure.value && <Loading />}
      {page?.uses.length === 0 && <p class="hint">{t("uses.none")}</p>}
      {page && page.uses.length > 0 && (
        <>
          <div class="form-actions">
            <Button data-testid="uses-csv" onClick={() => void download(path, code).catch(tellFailure)}>
              {t("uses.csv")}
            </Button>
          </div>
          <ul class="rows">
            {page.uses.map((use) => (
              <UseRow key={use.hold} use={use} />
            ))}
          </ul>
        </>
      )}
      {page?.next && (
        <Button data-testid="uses-more" onClick={() => void load(page)}>
          {common("list.more")}
        </Button>
      )}
    </Section>
  );
}

function UseRow({ use }: { use: Use }) {
  const { state, number, viewer, show, show_title, at, items, shipping, currency } = use;
  return (
    <li class="row card" data-testid="use" data-state={state}>
      <div>
        <p class="row-title">
          {number ? (
            <Link to={`/studio/orders?q=${encodeURIComponent(number)}`}>{t("order", { number })}</Link>
          ) : (
            t(`use.${state}`)
          )}
        </p>
        <p class="hint">
          {momentIn(at, theChannel().time_zone)}
          {" · "}
          <Link to={`/studio/shows/${encodeURIComponent(show)}`}>{show_title ?? show}</Link>
        </p>
        <p class="hint voucher-buyer">{t("buyer", { viewer })}</p>
      </div>
      <span>{t("took_off", { amount: money(items + shipping, currency) })}</span>
    </li>
  );
}

/** Fetches all uses: it needs the token that a plain link cannot carry. Throws `RefusedError`. */
async function download(path: string, code: string): Promise<void> {
  const answer = await fetch(`/v1${path}/csv`, {
    headers: { Authorization: `Bearer ${session.peek()?.token ?? ""}` },
  }).catch(() => {
    throw new RefusedError("offline", "The request did not reach the server.");
  });
  if (!answer.ok) throw refusedBy(answer.status, await answer.json().catch(() => null));
  save(await answer.blob(), `voucher-${code}.csv`);
}
