import { count, money, percent } from "../../shared/format";
import { bounds, NOTHING, ratio, t } from "../people/text";
import type { KpiMap, MapCell, MapRow } from "../report";
import { decimal, spell } from "../text";

/** What a group is called. */
export function groupName({ key, name }: MapRow, by: KpiMap["by"]): string {
  if (key === "*") return t("map.everybody");
  return name ?? (by === "saved" ? key : (t.maybe(`group.${key}`) ?? key));
}

/** A cell's value as people write it. */
export function valueText({ metric, kind, value }: MapCell, currency: string): string {
  if (value === null) return NOTHING;
  if (kind === "share") return percent(value);
  if (kind === "score") return (value > 0 ? "+" : value < 0 ? "−" : "") + decimal(Math.abs(value));
  if (metric === "watch_seconds") return spell(value);
  return metric === "net_minor" ? money(Math.round(value), currency) : decimal(value, 2);
}

/** How far a cell is from everybody's: 1 is twice as much, or a hundred points. */
export function off({ kind, against_mean }: MapCell): number {
  return (against_mean ?? 0) / (kind === "score" ? 100 : 1);
}

/** How far a cell is from everybody's, as people write it. */
export function against({ kind, against_mean }: MapCell): string | null {
  if (against_mean === null) return null;
  const sign = against_mean > 0 ? "+" : against_mean < 0 ? "−" : "±";
  if (kind === "score") return t("map.points", { n: sign + decimal(Math.abs(against_mean)) });
  return `${sign}${percent(Math.abs(against_mean), 0)}`;
}

/** What a cell rests on. */
export function detail(cell: MapCell): string {
  const many = { n: count(cell.n) };
  const mean = cell.kind === "score" ? t("map.score_of", many) : t("map.mean_of", many);
  const whole = cell.kind === "share" ? ratio(cell.part ?? 0, cell.n) : mean;
  const within = cell.kind === "share" ? bounds(cell.interval) : "";
  const chance = cell.chance ? t("map.chance", { p: chanceText(cell.chance.p), test: t(`test.${cell.chance.test}`) }) : "";
  return [whole, within, chance, cell.small ? t("map.small") : ""].filter(Boolean).join(" · ");
}

/** How often chance alone makes a difference as great. */
function chanceText(p: number): string {
  return p < 0.001 ? t("map.p.least") : t("map.p", { p: decimal(p, 3) });
}
