import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Show } from "../sdk/wire";
import { draftOf, keepDraft } from "../shared/drafts";
import { dateTime } from "../shared/format";
import { session } from "../shared/staff/session";
import { explainError } from "../shared/staff/sign-in";
import { Button } from "../shared/ui/button";
import { failure, findMore, findShows, type Listed, parts, STATES } from "./show_list";
import { shared, t } from "./text";

const SEARCH_WAIT_MS = 250;

/** The show that this page runs; null: it is to be chosen. */
export const chosen = signal<string | null>(new URLSearchParams(location.search).get("show"));
let asked = false;

export function chooseShow(id: string | null): void {
  const query = new URLSearchParams(location.search);
  if (id) query.set("show", id);
  else query.delete("show");
  const text = query.toString();
  history.replaceState(history.state, "", location.pathname + (text ? `?${text}` : ""));
  asked = id === null;
  chosen.value = id;
  // Another page for the person, which begins at its top.
  scrollTo(0, 0);
}

/** Which show to run: those that run come first whatever their age, then the planned ones, the next first, then those that are over. */
export function ShowChoice() {
  const channel = session.value?.channel;
  const place = `${session.value?.viewer ?? ""}.search`;
  const search = draftOf(place);
  const load = async (): Promise<void> => {
    const found = await findShows(search.trim());
    // One show runs, and nobody asked to choose: it is the one.
    const [only, another] = found?.live.shows ?? [];
    if (only && !another && !asked && !search) chooseShow(only.id);
  };
  useEffect(() => {
    const timer = setTimeout(() => void load(), search ? SEARCH_WAIT_MS : 0);
    return () => clearTimeout(timer);
  }, [channel, search]);
  const nothing = parts.value && STATES.every((state) => parts.value?.[state].shows.length === 0);
  return (
    <main class="choice" data-testid="show-choice">
      <h1>{t("choice.title")}</h1>
      <input
        class="input"
        type="search"
        value={search}
        aria-label={t("choice.search")}
        placeholder={t("choice.search")}
        data-testid="show-search"
        onInput={(event) => keepDraft(place, event.currentTarget.value)}
      />
      {failure.value && (
        <p class="notice notice-bad" role="alert">
          {explainError(failure.value)}
          <Button size="small" onClick={() => void load()}>
            {shared("retry")}
          </Button>
        </p>
      )}
      {!parts.value && !failure.value && <p role="status">{shared("loading")}</p>}
      {nothing && <p class="empty card">{t(search ? "choice.none" : "choice.empty")}</p>}
      {STATES.map((state) => (
        <Part key={state} state={state} search={search.trim()} />
      ))}
    </main>
  );
}

function Part({ state, search }: { state: Listed; search: string }) {
  const part = parts.value?.[state];
  if (!part || part.shows.length === 0) return null;
  return (
    <section class="choice-part" aria-label={shared(`state.${state}`)} data-testid={`shows-${state}`}>
      <ul class="choice-list">
        {part.shows.map((show) => (
          <Line key={show.id} show={show} />
        ))}
      </ul>
      {part.next && (
        <Button onClick={() => void findMore(state, search)} data-testid={`more-${state}`}>
          {t("choice.more")}
        </Button>
      )}
    </section>
  );
}

function Line({ show }: { show: Show }) {
  const at = show.started_at ?? show.starts_at;
  return (
    <li>
      <button type="button" class="card choice-show" onClick={() => chooseShow(show.id)} data-testid={`choose-${show.id}`}>
        <strong>{show.title}</strong>
        <span class={show.state === "live" ? "badge badge-live" : "badge"}>{shared(`state.${show.state}`)}</span>
        <span class="hint">{at ? dateTime(at) : t("not_started")}</span>
      </button>
    </li>
  );
}
