import { count, money, percent } from "../../shared/format";
import { t } from "../channel/text";
import type { Change, Figure } from "../report.generated";
import { decimal, spell } from "../text";

/** An amount as people read it. */
export function written(figure: Pick<Figure, "kind" | "amount" | "currency"> | null | undefined): string {
  if (!figure || figure.amount === null) return "–";
  const { amount, kind, currency } = figure;
  switch (kind) {
    case "count":
      return count(amount);
    case "share":
      return percent(amount);
    case "seconds":
      return spell(amount);
    case "decimal":
      return decimal(amount);
    case "score":
      return score(amount);
    case "money":
      return money(Math.round(amount), currency ?? "JPY");
  }
}

/** What a figure rests on: the two numbers of a share and its interval, or of a mean how many. */
export function basisOf(figure: Figure | null): string {
  if (!figure) return "";
  const interval = figure.interval;
  const spread =
    interval && figure.amount !== null
      ? t("interval", {
          low: written({ ...figure, amount: interval.low }),
          high: written({ ...figure, amount: interval.high }),
        })
      : "";
  if (figure.kind === "score") return [t("n", { n: count(figure.n ?? 0) }), spread].filter(Boolean).join(" · ");
  if (figure.part === null || figure.part === undefined || !figure.whole) return spread;
  return [t("of", { part: count(figure.part), whole: count(figure.whole) }), spread].filter(Boolean).join(" · ");
}

function score(amount: number): string {
  return (amount > 0 ? "+" : amount < 0 ? "−" : "") + decimal(Math.abs(amount));
}

/** How far a figure moved: a share or a score by points, anything else by per cent. */
export function movedBy(change: Change): string {
  const { a, absolute, relative } = change;
  if (absolute === null) return "–";
  if (absolute === 0) return t("same");
  const sign = absolute > 0 ? "+" : "−";
  if (a?.kind === "share") return t("points", { n: sign + decimal(Math.abs(absolute) * 100) });
  if (a?.kind === "score") return t("points", { n: sign + decimal(Math.abs(absolute)) });
  return relative === null
    ? sign + written({ kind: a?.kind ?? "count", amount: Math.abs(absolute), currency: change.currency })
    : `${sign}${percent(Math.abs(relative), 0)}`;
}

/** How often chance alone makes such a difference. */
export function pText(p: number): string {
  return p < 0.001 ? t("chance.rarely") : t("chance.p", { p: decimal(p, 3) });
}

export function chanceOf(change: Change): string {
  if (!change.chance) return t("chance.none");
  return change.chance.more_than_chance ? t("chance.yes") : t("chance.no");
}

export function find(figures: readonly Figure[], key: string): Figure | undefined {
  return figures.find((each) => each.key === key);
}
