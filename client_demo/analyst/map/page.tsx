import { useRef } from "preact/hooks";
import { count, percent } from "../../shared/format";
import { Button } from "../../shared/ui/button";
import { Icon } from "../../shared/ui/icon";
import { stay } from "../address";
import { saveRows } from "../download";
import { Choice, Filters, Period } from "../people/filters";
import { HeatTable } from "../people/heat";
import { Answers, Empty, PeoplePage } from "../people/page_parts";
import { day, NOTHING, ratio, t } from "../people/text";
import type { KpiMap, MapCell, MapRow } from "../report";
import { Behind } from "./behind";
import { asked, METRICS, map } from "./data";
import { against, detail, groupName, off, valueText } from "./words";

/** Groups of viewers by metric, each cell against everybody. */
export default function MapPage() {
  const kept = useRef<KpiMap | null>(null);
  const now = map.state.value;
  if (now.value) kept.current = now.value;
  return (
    <PeoplePage name="map" fetched={{ ...now, value: now.value ?? kept.current }} again={map.again} filters={<Wanted />}>
      {(value) => <Body map={value} />}
    </PeoplePage>
  );
}

function Wanted() {
  return (
    <Filters>
      <Choice
        name="by"
        label={t("map.by")}
        value={asked().by}
        options={[
          ["lifecycle", t("by.lifecycle")],
          ["rfm", t("by.rfm")],
          ["nps", t("by.nps")],
          ["saved", t("by.saved")],
          ["source", t("by.source")],
          ["device", t("by.device")],
        ]}
      />
      <Period />
    </Filters>
  );
}

function Body({ map: found }: { map: KpiMap }) {
  const { everybody, rows } = found;
  if (!everybody.n) return <Empty title={t("map.empty.title")} text={t("map.empty.text")} />;
  const bought = everybody.cells.find((cell) => cell.metric === "bought");
  const all = bought ? ratio(bought.part ?? 0, bought.n) : NOTHING;
  return (
    <>
      <Answers
        first={t("map.answer", { n: count(everybody.n), from: day(found.since), to: day(found.until), ratio: all })}
        others={[standsOut(found)]}
      />
      {rows.length ? <Groups map={found} /> : <Empty title={t("map.no_segments.title")} text={t("map.no_segments.text")} />}
      {asked().group !== null && <Behind map={found} />}
    </>
  );
}

/** The share that differs most of all that differ by more than chance. */
function standsOut({ rows, by }: KpiMap): string | null {
  const sure = rows.flatMap((row) =>
    row.cells
      .filter((cell) => cell.chance?.more_than_chance && !cell.small && cell.against_mean !== null)
      .map((cell) => ({ row, cell })),
  );
  const [most] = sure.sort((a, b) => Math.abs(off(b.cell)) - Math.abs(off(a.cell)));
  if (!most) return rows.length ? t("map.nothing_sure") : null;
  const words = {
    group: groupName(most.row, by),
    metric: t(`metric.${most.cell.metric}`),
    against: against(most.cell) ?? "",
    test: t(`test.${most.cell.chance?.test ?? "welch"}`),
  };
  return t("map.stands_out", words);
}

function Groups({ map: found }: { map: KpiMap }) {
  const metrics = METRICS.map((metric) => t(`metric.${metric}`));
  return (
    <section class="card people-section" aria-labelledby="map-title">
      <header class="people-section-head">
        <h2 id="map-title">{t("map.groups")}</h2>
        <Button look="quiet" size="small" data-testid="map-data" onClick={() => save(found)}>
          <Icon name="download" />
          {t("data")}
        </Button>
      </header>
      <HeatTable caption={t("map.caption")} head={[t("map.group"), t("people"), ...metrics]} testid="map-table">
        {[found.everybody, ...found.rows].map((row) => (
          <Row key={row.key} row={row} map={found} />
        ))}
      </HeatTable>
      <p class="hint">{t("map.legend")}</p>
    </section>
  );
}

function Row({ row, map: found }: { row: MapRow; map: KpiMap }) {
  const everybody = row === found.everybody;
  const cells = new Map(row.cells.map((cell) => [cell.metric, cell]));
  return (
    <tr class={everybody ? "heat-all" : ""} data-testid={`group-${row.key}`}>
      <th scope="row">{groupName(row, found.by)}</th>
      <td>
        {count(row.n)}
        {!everybody && row.share !== null && <span class="heat-of">{percent(row.share, 0)}</span>}
      </td>
      {METRICS.map((metric) => {
        const cell = cells.get(metric);
        return cell && <Cell key={metric} cell={cell} row={row} map={found} plain={everybody} />;
      })}
    </tr>
  );
}

interface CellProps {
  cell: MapCell;
  row: MapRow;
  map: KpiMap;
  /** Of everybody, which nothing is held against. */
  plain: boolean;
}

function Cell({ cell, row, map: found, plain }: CellProps) {
  const { group, metric } = asked();
  const far = off(cell);
  const look = plain || far === 0 ? "" : far > 0 ? "map-above" : "map-below";
  const sure = !plain && cell.chance?.more_than_chance;
  const value = valueText(cell, found.currency);
  const open = group === row.key && metric === cell.metric;
  return (
    <td class={`map-cell ${cell.small ? "map-small" : look}`} style={{ "--heat": String(Math.min(1, Math.abs(far))) }}>
      <button
        type="button"
        class="map-open"
        aria-pressed={open}
        title={detail(cell)}
        data-testid={`cell-${row.key}-${cell.metric}`}
        onClick={() => stay(open ? { group: null, metric: null } : { group: row.key, metric: cell.metric })}
      >
        <span>
          <span class="visually-hidden">
            {t("map.open", { group: groupName(row, found.by), metric: t(`metric.${cell.metric}`) })}
          </span>
          {value}
        </span>
        {cell.kind === "score" && cell.value !== null && <span class="map-against">{t("map.n", { n: count(cell.n) })}</span>}
        {!plain && cell.value !== null && (
          <span class={sure ? "map-against map-sure" : "map-against"}>
            {against(cell)}
            {sure ? ` ${t("map.sure")}` : ""}
          </span>
        )}
      </button>
    </td>
  );
}

function save(found: KpiMap): void {
  const rows = [found.everybody, ...found.rows].flatMap((row) =>
    row.cells.map((cell) => [
      row.key,
      row.n,
      cell.metric,
      cell.value,
      cell.part,
      cell.interval?.low ?? null,
      cell.interval?.high ?? null,
      cell.against_mean,
      cell.chance?.p ?? null,
    ]),
  );
  saveRows(`map-${found.by}`, ["group", "n", "metric", "value", "part", "low", "high", "against_mean", "p"], rows);
}
