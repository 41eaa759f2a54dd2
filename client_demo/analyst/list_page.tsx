import { useEffect } from "preact/hooks";
import type { Show } from "../sdk/wire";
import { dateTime } from "../shared/format";
import { explainError } from "../shared/staff/sign-in";
import { Button } from "../shared/ui/button";
import { addressOf, go } from "./address";
import { shows } from "./data";
import { shared, spell, t } from "./text";

/** The shows of the channel, newest first. */
export function ListPage() {
  const { value, failure } = shows.state.value;
  useEffect(() => {
    document.title = t("page.title");
  });
  return (
    <main class="sheet" data-testid="list-page">
      <h1 class="list-title">{t("list.title")}</h1>
      {failure && (
        <p class="notice notice-bad" role="alert">
          {explainError(failure)}
          <Button size="small" onClick={shows.again}>
            {shared("retry")}
          </Button>
        </p>
      )}
      {!value && !failure && (
        <p class="empty" role="status">
          {shared("loading")}
        </p>
      )}
      {value?.shows.length === 0 && (
        <div class="empty card" data-testid="list-empty">
          <h2>{t("list.empty.title")}</h2>
          <p>{t("list.empty.text")}</p>
        </div>
      )}
      {value && value.shows.length > 0 && (
        <ul class="show-list">
          {value.shows.map((show) => (
            <Row key={show.id} show={show} />
          ))}
        </ul>
      )}
    </main>
  );
}

function Row({ show }: { show: Show }) {
  const target = { show: show.id, compare: null };
  const at = show.started_at ?? show.starts_at;
  return (
    <li>
      <a
        class="card show-row"
        href={addressOf(target)}
        data-testid={`show-${show.id}`}
        onClick={(event) => {
          if (event.metaKey || event.ctrlKey || event.shiftKey) return;
          event.preventDefault();
          go(target);
        }}
      >
        <span class="show-row-title">{show.title}</span>
        <span class={show.state === "live" ? "badge badge-live" : "badge"}>{shared(`state.${show.state}`)}</span>
        <span class="hint show-row-when">
          {at ? dateTime(at) : t("not_started")}
          {show.started_at && show.ended_at && ` · ${spell((Date.parse(show.ended_at) - Date.parse(show.started_at)) / 1000)}`}
          {` · ${show.host}`}
        </span>
      </a>
    </li>
  );
}
