// What the host's side may know of those who ask: fetched late, for the questions that are looked at, many at once.
import { effect, signal } from "@preact/signals";
import { request } from "../sdk/http";
import { session } from "../shared/staff/session";
import { rows, selected, snapshot } from "./desk";

export interface AskerCard {
  question: string;
  visits_before: number;
  orders: number;
  last_purchase: { at: string; title: string | null } | null;
  spent: number;
  currency: string;
  segment: string;
}

/** So many questions are asked about at once, at most so often. */
const AT_ONCE = 30;
const PAUSE_MS = 1_500;
/** After so long it is asked again, so that consent that was taken back is obeyed here too. */
const KEPT_MS = 20_000;

/** By question; null where nothing may be told. */
export const askers = signal<ReadonlyMap<string, AskerCard | null>>(new Map());
const asked = new Map<string, number>();
let timer = 0;

/** The chosen question, and those around it in the queue. */
function near(): string[] {
  const all = rows.value.map((row) => row.question.id);
  const at = Math.max(0, all.indexOf(selected.value ?? ""));
  const from = Math.max(0, at - AT_ONCE / 3);
  return all.slice(from, from + AT_ONCE);
}

async function look(show: string): Promise<void> {
  const now = Date.now();
  const due = near().filter((id) => (asked.get(id) ?? 0) + KEPT_MS <= now);
  if (due.length === 0) return;
  for (const id of due) asked.set(id, now);
  const query = new URLSearchParams(due.map((id) => ["question", id]));
  const path = `/shows/${encodeURIComponent(show)}/askers?${query}`;
  const found = await request<{ cards: AskerCard[] }>(path, { token: session.peek()?.token }).catch(() => null);
  if (!found || snapshot.peek()?.show.id !== show) return;
  const known = new Map(found.cards.map((card) => [card.question, card]));
  // What was told is kept for the questions at hand alone.
  const kept = [...askers.peek()].filter(([id]) => near().includes(id) && !due.includes(id));
  askers.value = new Map([...kept, ...due.map((id) => [id, known.get(id) ?? null] as const)]);
}

/** Follows the queue; to be called once. A flood of questions makes one request in each pause at most. */
export function followAskers(): void {
  effect(() => {
    const show = snapshot.value?.show;
    near();
    if (show?.state !== "live") return;
    if (!timer)
      timer = window.setTimeout(() => {
        timer = 0;
        void look(show.id);
      }, PAUSE_MS);
  });
  setInterval(() => {
    const show = snapshot.peek()?.show;
    if (show?.state === "live" && !document.hidden) void look(show.id);
  }, KEPT_MS);
}
