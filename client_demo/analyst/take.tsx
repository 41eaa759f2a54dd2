import type { ComponentChildren } from "preact";
import { Button } from "../shared/ui/button";
import { Icon } from "../shared/ui/icon";
import { go, here } from "./address";
import { type Cell, saveLines, saveRows } from "./download";
import { FORMATS, order, type Wanted } from "./exports/data";
import { tellFailure } from "./failure";
import { t } from "./query/text";
import { t as analyst } from "./text";

/** Rows of a page, as a file of their own. */
export interface Rows {
  /** Of the file, without its ending. */
  file: string;
  head: readonly string[];
  rows: readonly (readonly Cell[])[];
}

/** One thing to take along, and its forms. */
export interface Piece {
  /** Of its buttons: `take-<testid>-<form>`. */
  testid: string;
  label: string;
  ways: readonly (readonly [(typeof FORMATS)[number], () => Promise<unknown>])[];
}

/** What stands on the page, or is read at once. */
export function atOnce(testid: string, label: string, read: () => Rows | Promise<Rows>): Piece {
  return {
    testid,
    label,
    ways: [
      ["csv", async () => saveTable(await read())],
      ["jsonl", async () => saveAsLines(await read())],
    ],
  };
}

export function saveTable({ file, head, rows }: Rows): void {
  saveRows(file, head, rows);
}

function saveAsLines({ file, head, rows }: Rows): void {
  saveLines(file, head, rows);
}

/** What may be large: the file is made beside what goes on, and fetched from the page of exports. */
export function asJob(of: Wanted["of"], which: Pick<Wanted, "show" | "from" | "to">): Piece {
  const make = async (format: Wanted["format"]): Promise<void> => {
    await order({ of, format, bom: true, ...which });
    go("/analyst/exports");
  };
  return { testid: of, label: t(`of.${of}`), ways: FORMATS.map((format) => [format, () => make(format)] as const) };
}

interface TakeMenuProps {
  pieces: readonly Piece[];
  jobs: readonly Piece[];
  /** Other groups, between the two. */
  children?: ComponentChildren;
}

/** The menu of what can be taken along: `pieces` at once, and `jobs` that are made. A link with `take` in its query finds it open. */
export function TakeMenu({ pieces, jobs, children }: TakeMenuProps) {
  return (
    <details class="menu" data-testid="export" open={here.value.query.has("take")}>
      <summary class="button">
        <Icon name="download" />
        {analyst("export")}
      </summary>
      <div class="menu-list menu-take card">
        <Pieces title={t("take.at_once")} pieces={pieces} />
        {children}
        <Pieces title={t("take.made")} pieces={jobs} />
      </div>
    </details>
  );
}

/** One group of the menu; `children` stand below its title. */
export function Pieces({ title, pieces, children }: { title: string; pieces: readonly Piece[]; children?: ComponentChildren }) {
  if (!pieces.length) return null;
  return (
    <fieldset>
      <legend class="hint">{title}</legend>
      {children}
      {pieces.map(({ testid, label, ways }) => (
        <div key={testid} class="menu-piece">
          <span>{label}</span>
          <span class="menu-forms">
            {ways.map(([form, run]) => (
              <Button
                key={form}
                size="small"
                aria-label={t("exports.what", { of: label, format: t(`take.${form}`) })}
                data-testid={`take-${testid}-${form}`}
                onClick={() => void run().catch(tellFailure)}
              >
                {t(`take.${form}`)}
              </Button>
            ))}
          </span>
        </div>
      ))}
    </fieldset>
  );
}
