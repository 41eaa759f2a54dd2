// What the first page of the studio goes by: read at once, and again whenever the page is come back to.
import { signal } from "@preact/signals";
import { RefusedError } from "../../sdk/refused";
import type { Show } from "../../sdk/wire";
import { session } from "../../shared/staff/session";
import { codeOf, decide, read } from "../api";
import { theChannel } from "../channel";
import type { Facts, Stocked } from "./missing";

export interface Overview extends Facts {
  /** On the air now. */
  live: readonly Show[];
  planned: readonly Show[] | null;
  /** The newest that are over. */
  ended: readonly Show[];
}

/** null: not read yet. */
export const overview = signal<Overview | null>(null);
/** Why it could not be read, as a code. */
export const overviewFailure = signal<string | null>(null);

/** So many products are looked at for stock; a channel with more is past its first steps. */
const PRODUCTS = 100;
const ENDED = 3;

async function shows(state: string, limit: number, order: string): Promise<Show[]> {
  const query = new URLSearchParams({ channel: theChannel().id, state, limit: String(limit), order });
  return (await read<{ shows: Show[] }>(`/shows?${query}`)).value.shows;
}

/** Null for what this person may not know, or this server does not; what cannot be had for another reason is a failure. */
async function known<T>(reading: Promise<T>): Promise<T | null> {
  return reading.catch((error: unknown) => {
    if (error instanceof RefusedError && error.refusal.retry === "never") return null;
    throw error;
  });
}

/** Admins alone may ask. */
async function people(): Promise<number | null> {
  if (session.peek()?.role !== "admin") return null;
  return (await known(read<{ people: object[] }>("/people?limit=2")))?.value.people.length ?? null;
}

export async function loadOverview(): Promise<void> {
  overviewFailure.value = null;
  try {
    const [products, live, planned, ended, many] = await Promise.all([
      known(read<{ products: Stocked[] }>(`/products?limit=${PRODUCTS}`)),
      known(shows("live,rehearsal", 5, "newest")),
      known(shows("scheduled,draft", 20, "soonest")),
      known(shows("ended", ENDED, "newest")),
      people(),
    ]);
    overview.value = {
      products: products?.value.products ?? null,
      live: live ?? [],
      planned,
      ended: ended ?? [],
      people: many,
    };
  } catch (error) {
    if (decide(error).act !== "sign_in") overviewFailure.value = codeOf(error);
  }
}
