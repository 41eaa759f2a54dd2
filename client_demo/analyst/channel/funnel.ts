import { find } from "../figures/written";
import type { FunnelStep } from "../report";
import type { Figure } from "../report.generated";

/** The steps of the funnel, as figures of a period tell them; none where they are not told. */
export function stepsOf(figures: readonly Figure[]): FunnelStep[] {
  const saw = find(figures, "funnel_impression");
  const click = find(figures, "funnel_click");
  const paid = find(figures, "funnel_paid");
  if (!saw || !click || !paid || saw.amount === null) return [];
  const amount = (key: string): number | null => find(figures, key)?.amount ?? null;
  return [
    {
      step: "impression",
      viewers: saw.amount,
      of_first: saw.amount ? 1 : null,
      of_previous: saw.amount ? 1 : null,
      median_seconds_from_previous: null,
    },
    {
      step: "click",
      viewers: click.part ?? 0,
      of_first: click.amount,
      of_previous: click.amount,
      median_seconds_from_previous: amount("funnel_click_time"),
    },
    {
      step: "paid",
      viewers: paid.part ?? 0,
      of_first: paid.amount,
      of_previous: amount("funnel_paid_of_click"),
      median_seconds_from_previous: amount("funnel_paid_time"),
    },
  ];
}

/** Whether a figure is one of the funnel, which has a table of its own. */
export function isOfFunnel({ key }: Pick<Figure, "key">): boolean {
  return key.startsWith("funnel_");
}
