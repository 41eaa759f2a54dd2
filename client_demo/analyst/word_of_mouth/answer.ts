import { count, money } from "../../shared/format";
import type { WordOfMouthReport } from "../report.generated";
import { t } from "../visits/text";

/** How many were brought, by how many, and what they bought, in one sentence. */
export function answerOfWord({ brought, sharers, currency }: WordOfMouthReport): string {
  if (!brought.new_viewers) return t.count("word.nobody", sharers);
  return t("word.answer", {
    viewers: count(brought.new_viewers),
    sharers: count(sharers),
    orders: count(brought.orders),
    money: money(brought.net_minor, currency),
  });
}
