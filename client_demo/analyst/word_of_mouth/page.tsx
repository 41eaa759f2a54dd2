import { count, duration, money } from "../../shared/format";
import { Button } from "../../shared/ui/button";
import { saveRows } from "../download";
import { FigureName } from "../figures/name";
import { Answers } from "../people/page_parts";
import type { ChainLink, NotCounted, SharerRow, WordOfMouthReport } from "../report.generated";
import { wordOfMouth } from "../visits/data";
import { Beside, ScrollTable, VisitsFrame } from "../visits/frame";
import { t } from "../visits/text";
import { answerOfWord } from "./answer";

/** Who brought whom by share links. */
export default function WordOfMouthPage() {
  return (
    <VisitsFrame name="word" fetched={wordOfMouth.state.value} again={wordOfMouth.again}>
      {(report) => <Body report={report} />}
    </VisitsFrame>
  );
}

function Body({ report }: { report: WordOfMouthReport }) {
  const { brought } = report;
  const unknown = brought.new_viewers - brought.recognisable;
  return (
    <>
      <Answers first={answerOfWord(report)} others={[unknown ? t.count("word.unrecognised", unknown) : null]} />
      <Counts report={report} />
      <Sharers report={report} />
      <Chains report={report} />
      <Beside version={report.definition_version} lines={besideOf(report.not_counted)} />
    </>
  );
}

const REASONS = [
  "same_person",
  "same_device",
  "returning",
  "too_short",
  "suspects",
  "staff",
  "unknown",
  "not_ours",
  "expired",
] as const;

function besideOf(left: NotCounted): string[] {
  return REASONS.filter((each) => left[each] > 0).map((each) => t.count(`not_counted.${each}`, left[each]));
}

function Counts({ report }: { report: WordOfMouthReport }) {
  const per = report.new_viewers_per_sharer;
  const counts = [
    ["shares", t("word.shares"), count(report.shares)],
    ["sharers", t("word.sharers"), count(report.sharers)],
    ["visits", t("word.visits"), count(report.visits)],
    ["new", <FigureName key="new" of="new_by_share" />, count(report.brought.new_viewers)],
    ["per", <FigureName key="per" of="new_per_sharer" />, per === null ? "–" : per.toFixed(2)],
    ["watched", t("word.watched"), duration(report.brought.watch_seconds)],
    ["buyers", t("word.buyers"), count(report.brought.buyers)],
    ["depth", <FigureName key="depth" of="share_chain" />, t.count("word.depth", report.depth)],
  ] as const;
  return (
    <section class="card">
      <dl class="visits-figures" data-testid="word-counts">
        {counts.map(([testid, name, written]) => (
          <div key={testid}>
            <dt>{name}</dt>
            <dd data-testid={`word-${testid}`}>{written}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Sharers({ report }: { report: WordOfMouthReport }) {
  const rows = report.by_sharer;
  const head = ["sharer", "shares", "visits", "new", "watched", "orders", "net", "chain"] as const;
  return (
    <section class="card" data-testid="sharers">
      <header class="frame-head">
        <h2>{t("word.by_sharer")}</h2>
        <Button look="quiet" size="small" data-testid="sharers-csv" onClick={() => saveSharers(rows)}>
          {t("csv")}
        </Button>
      </header>
      {rows.length ? (
        <ScrollTable wide label={t("word.by_sharer")} head={head.map((each) => t(`word.head.${each}`))}>
          {rows.map((row) => (
            <Sharer key={row.sharer} row={row} report={report} />
          ))}
        </ScrollTable>
      ) : (
        <p class="empty">{t("word.empty")}</p>
      )}
    </section>
  );
}

/** Who somebody is: what they call themselves, for those who may see it, and their id. */
function Person({ id, names = {} }: { id: string; names: WordOfMouthReport["names"] }) {
  const name = names[id];
  return (
    <span class="person">
      {name && <span data-testid={`name-${id}`}>{name}</span>}
      <code class="sharer">{id}</code>
    </span>
  );
}

function Sharer({ row, report: { currency, names } }: { row: SharerRow; report: WordOfMouthReport }) {
  return (
    <tr data-testid={`sharer-${row.sharer}`}>
      <th scope="row">
        <Person id={row.sharer} names={names} />
      </th>
      <td>{count(row.shares)}</td>
      <td>{count(row.visits)}</td>
      <td>{count(row.new_viewers)}</td>
      <td>{duration(row.watch_seconds)}</td>
      <td>{count(row.orders)}</td>
      <td>{money(row.net_minor, currency)}</td>
      <td>
        {row.chain_viewers
          ? t("word.chain_of", {
              viewers: count(row.chain_viewers),
              depth: count(row.chain_depth),
              money: money(row.chain_net_minor, currency),
            })
          : "–"}
      </td>
    </tr>
  );
}

function saveSharers(rows: readonly SharerRow[]): void {
  const [first] = rows;
  const names = first ? (Object.keys(first) as (keyof SharerRow)[]) : [];
  saveRows(
    "word-of-mouth",
    names,
    rows.map((row) => names.map((name) => row[name])),
  );
}

/** Who brought whom, as a tree. */
function Chains({ report: { links, names } }: { report: WordOfMouthReport }) {
  if (!links.length) return null;
  const brought = new Set(links.map((each) => each.viewer));
  const roots = [...new Set(links.map((each) => each.sharer))].filter((each) => !brought.has(each));
  return (
    <section class="card" data-testid="chains">
      <h2>{t("word.chains")}</h2>
      <ul class="chain">
        {roots.map((root) => (
          <Branch key={root} viewer={root} links={links} names={names} />
        ))}
      </ul>
    </section>
  );
}

interface BranchProps {
  viewer: string;
  links: readonly ChainLink[];
  names: WordOfMouthReport["names"];
}

function Branch({ viewer, links, names }: BranchProps) {
  const below = links.filter((each) => each.sharer === viewer);
  return (
    <li data-testid={`chain-${viewer}`}>
      <Person id={viewer} names={names} />
      {below.length > 0 && (
        <ul>
          {below.map((each) => (
            <Branch key={each.viewer} viewer={each.viewer} links={links} names={names} />
          ))}
        </ul>
      )}
    </li>
  );
}
