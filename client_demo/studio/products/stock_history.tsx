import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { count, dateTime } from "../../shared/format";
import { Button } from "../../shared/ui/button";
import { codeOf, read } from "../api";
import { Failure, Loading } from "../page";
import { t as common } from "../text";
import { t } from "./text";

interface StockChange {
  move: number;
  at: string;
  reason: string;
  delta: number;
  stock_after: number;
  actor_name: string;
  role: string;
  note: string | null;
}

interface Page {
  changes: StockChange[];
  next: number | null;
}

/** Every change of a stock, newest first: when, why, by whom, and how many were left. */
export function StockHistory({ id, stock }: { id: string; stock: number }) {
  const found = useSignal<Page | null>(null);
  const failure = useSignal<string | null>(null);
  const load = async (before: Page | null): Promise<void> => {
    failure.value = null;
    try {
      const from = before?.next ? `&before=${before.next}` : "";
      const { value } = await read<Page>(`/products/${id}/stock-changes?limit=20${from}`);
      found.value = { changes: [...(before?.changes ?? []), ...value.changes], next: value.next };
    } catch (error) {
      failure.value = codeOf(error);
    }
  };
  useEffect(() => void load(null), [id, stock]);
  const now = found.value;
  if (failure.value) return <Failure code={failure.value} again={() => void load(null)} />;
  if (!now) return <Loading />;
  return (
    <div class="stock-history">
      {now.changes.length === 0 && <p class="hint">{t("history.none")}</p>}
      <ol class="stock-changes" data-testid="stock-changes">
        {now.changes.map((each) => (
          <li key={each.move} data-testid="stock-change">
            <strong class="stock-delta">{each.delta > 0 ? `+${count(each.delta)}` : `−${count(-each.delta)}`}</strong>
            <span>
              {t.maybe(`reason.${each.reason}`) ?? each.reason}
              {each.actor_name && ` · ${each.actor_name}`}
              {each.note && ` · ${each.note}`}
            </span>
            <span>{t.count("left", each.stock_after)}</span>
            <time class="hint" dateTime={each.at}>
              {dateTime(each.at)}
            </time>
          </li>
        ))}
      </ol>
      {now.next !== null && (
        <Button size="small" data-testid="stock-changes-more" onClick={() => void load(now)}>
          {common("list.more")}
        </Button>
      )}
    </div>
  );
}
