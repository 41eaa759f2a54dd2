import { RefusedError } from "../sdk/refused";
import { save } from "../shared/save";
import { session } from "../shared/staff/session";

/** The reader's time zone by its IANA name; UTC where the system has none that others know. */
export function zone(): string {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  return /^[A-Za-z]/.test(timeZone) && timeZone !== "Etc/Unknown" ? timeZone : "UTC";
}

/** Fetches the server's CSV of a show, its times in the reader's zone. Throws `RefusedError`. */
export function saveExport(show: string, of: "viewers" | "orders" | "questions" | "surveys" | "series"): Promise<void> {
  return saveOfShow(show, `export.csv?${new URLSearchParams({ of, bom: "true", tz: zone() })}`, `${of}.csv`);
}

/** Fetches what was said and done in a show, of one kind; `names`: viewers under theirs. Throws `RefusedError`. */
export function saveTranscript(show: string, of: string, format: "csv" | "jsonl", names: boolean): Promise<void> {
  const bom = String(format === "csv");
  return saveOfShow(show, `transcript?${new URLSearchParams({ of, format, bom, names: String(names) })}`, `${of}.${format}`);
}

/** Fetches a file about a show, which needs the token that a plain link cannot carry. */
async function saveOfShow(show: string, path: string, name: string): Promise<void> {
  const answer = await fetch(`/v1/shows/${encodeURIComponent(show)}/${path}`, {
    headers: { Authorization: `Bearer ${session.value?.token ?? ""}` },
  }).catch(() => {
    throw new RefusedError("offline", "The request did not reach the server.");
  });
  if (!answer.ok) throw new RefusedError(answer.status === 403 ? "forbidden" : "unknown", `HTTP ${answer.status}`);
  save(await answer.blob(), `${show}-${name}`);
}

export type Cell = string | number | null;

/** Saves rows as CSV (RFC 4180), all cells quoted; what a spreadsheet would run as a formula gets an apostrophe before it. */
export function saveRows(name: string, head: readonly string[], rows: readonly (readonly Cell[])[]): void {
  const lines = [head, ...rows].map((row) => row.map(cellText).join(","));
  save(new Blob([`\uFEFF${lines.join("\r\n")}\r\n`], { type: "text/csv;charset=utf-8" }), `${name}.csv`);
}

/** Saves rows as JSON Lines, each an object by the names in `head`. */
export function saveLines(name: string, head: readonly string[], rows: readonly (readonly Cell[])[]): void {
  const lines = rows.map((row) => `${JSON.stringify(Object.fromEntries(head.map((each, i) => [each, row[i] ?? null])))}\n`);
  save(new Blob(lines, { type: "application/jsonl;charset=utf-8" }), `${name}.jsonl`);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: what a spreadsheet passes over before a formula
const FORMULA = /(^|[;\t\r\n])([\s\x00-\x20\x85\ufeff]*)(?=[=+\-@＝＋－＠])|^(?=[\t\r\n])/g;

/** The rule of `server/text/cells.py`, held to the same examples. */
export function cellText(cell: Cell): string {
  if (cell === null) return '""';
  if (typeof cell === "number") return `"${cell}"`;
  const safe = cell.replace(FORMULA, "$1'$2");
  return `"${safe.replaceAll('"', '""')}"`;
}
