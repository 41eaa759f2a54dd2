import { useRef } from "preact/hooks";
import type { Show } from "../../sdk/wire";
import { dateTime } from "../../shared/format";
import { explainError } from "../../shared/staff/sign-in";
import { Button } from "../../shared/ui/button";
import { showPath } from "../address";
import { Link } from "../link";
import { Sheet } from "../sheet";
import { shared, spell, t } from "../text";
import { showMore, shows, want, wanted } from "./list";

const STATES: readonly (Show["state"] | "")[] = ["", "live", "scheduled", "ended"];
const TYPING_MS = 250;

/** The shows of the channel, newest first, by state and by words of the title, as many as are asked for. */
export default function ListPage() {
  const { value, failure } = shows.state.value;
  const kept = useRef(value);
  if (value) kept.current = value; // what was there stays while other filters are read
  const list = kept.current;
  return (
    <Sheet testid="list-page" title={t("list.title")}>
      <h1 class="list-title">{t("list.title")}</h1>
      <Filters />
      {failure && (
        <p class="notice notice-bad" role="alert">
          {explainError(failure)}
          <Button size="small" onClick={shows.again}>
            {shared("retry")}
          </Button>
        </p>
      )}
      {!list && !failure && (
        <p class="empty" role="status">
          {shared("loading")}
        </p>
      )}
      {list?.shows.length === 0 && <Nothing />}
      {list && list.shows.length > 0 && (
        <ul class="show-list" aria-busy={!value}>
          {list.shows.map((show) => (
            <Row key={show.id} show={show} />
          ))}
        </ul>
      )}
      {list?.next && (
        <Button class="list-more" data-testid="list-more" onClick={showMore}>
          {t("list.more")}
        </Button>
      )}
    </Sheet>
  );
}

function Filters() {
  const timer = useRef(0);
  return (
    <search class="list-filters">
      <input
        class="input"
        type="search"
        data-testid="list-search"
        maxLength={120}
        aria-label={t("list.search")}
        placeholder={t("list.search")}
        defaultValue={wanted.value.q}
        onInput={(event) => {
          const q = event.currentTarget.value.trim();
          clearTimeout(timer.current);
          timer.current = window.setTimeout(() => want({ q }), TYPING_MS);
        }}
      />
      <fieldset class="segmented" aria-label={t("list.state")}>
        {STATES.map((state) => (
          <button
            type="button"
            key={state}
            aria-pressed={wanted.value.state === state}
            data-testid={`list-state-${state || "all"}`}
            onClick={() => want({ state })}
          >
            {state ? shared(`state.${state}`) : t("list.all")}
          </button>
        ))}
      </fieldset>
    </search>
  );
}

function Nothing() {
  const { q, state } = wanted.value;
  const which = q || state ? "none" : "empty";
  return (
    <div class="empty card" data-testid={`list-${which}`}>
      <h2>{t(`list.${which}.title`)}</h2>
      <p>{t(`list.${which}.text`)}</p>
    </div>
  );
}

function Row({ show }: { show: Show }) {
  const at = show.started_at ?? show.starts_at;
  return (
    <li>
      <Link class="card show-row" to={showPath(show.id)} data-testid={`show-${show.id}`}>
        <span class="show-row-title">{show.title}</span>
        <span class={show.state === "live" ? "badge badge-live" : "badge"}>{shared(`state.${show.state}`)}</span>
        <span class="hint show-row-when">
          {at ? dateTime(at) : t("not_started")}
          {show.started_at && show.ended_at && ` · ${spell((Date.parse(show.ended_at) - Date.parse(show.started_at)) / 1000)}`}
          {` · ${show.host}`}
        </span>
      </Link>
    </li>
  );
}
