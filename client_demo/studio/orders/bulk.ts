// Many orders marked as shipped at once: those that are marked in the list, or that a file names.
import { type Answer, make, upload } from "../api";
import { theChannel } from "../channel";
import { forgetLists } from "../list_state";

export interface BulkResult {
  line: number | null;
  order: string | null;
  name: string;
  carrier: string;
  tracking: string;
  outcome: "shipped" | "unchanged" | "refused";
  why: "unknown" | "carrier" | "tracking" | "twice" | null;
}

type Results = { results: readonly BulkResult[] };

const path = (): string => `/channels/${encodeURIComponent(theChannel().id)}/shipments`;

export async function shipAll(orders: readonly string[]): Promise<readonly BulkResult[]> {
  return taken(await make<Results>(path(), { orders: orders.map((order) => ({ order })) }, null));
}

/** What would come of a file. Nothing is changed. */
export async function lookAt(file: File): Promise<readonly BulkResult[]> {
  return (await upload<Results>(`${path()}/file?preview=true`, file)).value.results;
}

export async function shipFile(file: File): Promise<readonly BulkResult[]> {
  return taken(await upload<Results>(`${path()}/file`, file));
}

function taken({ value }: Answer<Results>): readonly BulkResult[] {
  forgetLists();
  return value.results;
}
