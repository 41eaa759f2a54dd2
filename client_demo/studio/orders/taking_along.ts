// Files of orders for the person: packing lists to print, and a table.
import { refusedBy } from "../../sdk/http";
import { RefusedError } from "../../sdk/refused";
import { language } from "../../shared/i18n";
import { save } from "../../shared/save";
import { session } from "../../shared/staff/session";
import { tellFailure } from "../api";
import { theChannel } from "../channel";

/** Fetches a packing list, a page for each order: it needs the token that a plain link cannot carry. */
export function savePackingList(orders: readonly string[]): Promise<void> {
  const query = new URLSearchParams([["language", language.peek()], ...orders.map((order) => ["order", order])]);
  return fetchFile(`packing-list?${query}`, "packing-list.pdf");
}

/** Fetches the orders that the list shows, as CSV. */
export function saveTable(filters: URLSearchParams): Promise<void> {
  return fetchFile(`orders.csv?${filters}`, "orders.csv");
}

async function fetchFile(path: string, name: string): Promise<void> {
  try {
    const answer = await fetch(`/v1/channels/${encodeURIComponent(theChannel().id)}/${path}`, {
      headers: { Authorization: `Bearer ${session.peek()?.token ?? ""}` },
    }).catch(() => {
      throw new RefusedError("offline", "The request did not reach the server.");
    });
    if (!answer.ok) throw refusedBy(answer.status, await answer.json().catch(() => null));
    save(await answer.blob(), name);
  } catch (error) {
    tellFailure(error);
  }
}
