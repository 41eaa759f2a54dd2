import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { request } from "../sdk/http";
import { RefusedError } from "../sdk/refused";
import type { Show } from "../sdk/wire";
import { dateTime } from "../shared/format";
import { session, signOut } from "../shared/staff/session";
import { explainError } from "../shared/staff/sign-in";
import { Button } from "../shared/ui/button";
import { shared, t } from "./text";

/** The show that this page runs; null: it is to be chosen. */
export const chosen = signal<string | null>(new URLSearchParams(location.search).get("show"));
const shows = signal<readonly Show[] | null>(null);
const failure = signal<string | null>(null);
let asked = false;

export function chooseShow(id: string | null): void {
  const query = new URLSearchParams(location.search);
  if (id) query.set("show", id);
  else query.delete("show");
  const text = query.toString();
  history.replaceState(null, "", location.pathname + (text ? `?${text}` : ""));
  asked = id === null;
  chosen.value = id;
}

async function fetchShows(channel: string, token: string): Promise<void> {
  failure.value = null;
  try {
    const page = await request<{ shows: Show[] }>(`/shows?channel=${encodeURIComponent(channel)}`, { token });
    shows.value = page.shows;
    // One show runs, and nobody asked to choose: it is the one.
    const live = page.shows.filter((show) => show.state === "live");
    if (live.length === 1 && live[0] && !asked) chooseShow(live[0].id);
  } catch (error) {
    const { code, refusal } = error instanceof RefusedError ? error : new RefusedError("unknown", "");
    if (refusal.retry === "stop") signOut(code);
    failure.value = code;
  }
}

/** Which show to run: those that run and those that are planned come first. */
export function ShowChoice() {
  const now = session.value;
  const load = (): void => {
    if (now) void fetchShows(now.channel, now.token);
  };
  // Asked once for each channel.
  useEffect(load, [now?.channel]);
  const weight = { live: 0, scheduled: 1, ended: 2 };
  const list = [...(shows.value ?? [])].sort((a, b) => weight[a.state] - weight[b.state]);
  return (
    <main class="choice" data-testid="show-choice">
      <h1>{t("choice.title")}</h1>
      {failure.value && (
        <p class="notice notice-bad" role="alert">
          {explainError(failure.value)}
          <Button size="small" onClick={load}>
            {shared("retry")}
          </Button>
        </p>
      )}
      {!shows.value && !failure.value && <p role="status">{shared("loading")}</p>}
      {shows.value?.length === 0 && <p class="empty card">{t("choice.empty")}</p>}
      <ul class="choice-list">
        {list.map((show) => (
          <li key={show.id}>
            <button type="button" class="card choice-show" onClick={() => chooseShow(show.id)} data-testid={`choose-${show.id}`}>
              <strong>{show.title}</strong>
              <span class={show.state === "live" ? "badge badge-live" : "badge"}>{shared(`state.${show.state}`)}</span>
              <span class="hint">
                {show.started_at || show.starts_at ? dateTime(show.started_at ?? show.starts_at ?? "") : t("not_started")}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </main>
  );
}
