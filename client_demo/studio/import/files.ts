// Files for the person: a template to begin with, and what the channel has.

import { refusedBy } from "../../sdk/http";
import { RefusedError } from "../../sdk/refused";
import { save } from "../../shared/save";
import { session } from "../../shared/staff/session";

export const FORMATS = [
  { format: "showfloor", ending: "csv" },
  { format: "shopify", ending: "csv" },
  { format: "merchant", ending: "tsv" },
  { format: "merchant_xml", ending: "xml" },
] as const;
export type Format = (typeof FORMATS)[number]["format"];

const HEAD = "external_id,sku,title,description,option1_name,option1_value,price,compare_at_price,stock,images,active";
const ROWS = [
  "apron,APRON,Linen apron,Soft and strong,,,48,60,12,https://cdn.example/apron.jpg,true",
  "shirt,SHIRT-S,Linen shirt,Washable,Size,S,72,,5,,true",
  "shirt,SHIRT-M,,,Size,M,72,,8,,true",
];

/** Our own columns with two products, one of which has variants. */
export function saveTemplate(): void {
  save(new Blob([`\uFEFF${[HEAD, ...ROWS].join("\r\n")}\r\n`], { type: "text/csv;charset=utf-8" }), "products.csv");
}

/** Fetches all products in a format: it needs the token that a plain link cannot carry. Throws `RefusedError`. */
export async function saveExport(format: Format, ending: string): Promise<void> {
  const answer = await fetch(`/v1/products/export?format=${format}`, {
    headers: { Authorization: `Bearer ${session.peek()?.token ?? ""}` },
  }).catch(() => {
    throw new RefusedError("offline", "The request did not reach the server.");
  });
  if (!answer.ok) throw refusedBy(answer.status, await answer.json().catch(() => null));
  save(await answer.blob(), `products-${format}.${ending}`);
}
