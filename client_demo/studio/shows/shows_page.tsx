import type { Show } from "../../sdk/wire";
import type { PageProps } from "../../shared/pages/routes";
import { Button } from "../../shared/ui/button";
import { pictureOf } from "../../shared/ui/picture_address";
import { make, tellFailure } from "../api";
import { theChannel } from "../channel";
import { Link } from "../link";
import { ListPage } from "../list_page";
import { forgetLists, type ListState } from "../list_state";
import { go, stay } from "../router";
import { Sign } from "../sign";
import { shared } from "../text";
import { momentIn } from "../time";
import { offerUndo } from "../undo";
import "./shows.css";
import { t } from "./text";

const PATH = "/studio/shows";
/** What the list may be cut down to: the states of each, and which comes first. */
const PARTS = {
  all: { states: "", order: "newest" },
  drafts: { states: "draft", order: "newest" },
  planned: { states: "scheduled,rehearsal", order: "soonest" },
  live: { states: "live", order: "newest" },
  past: { states: "ended,cancelled", order: "newest" },
} as const;
type Part = keyof typeof PARTS;
const NAMES = Object.keys(PARTS) as Part[];

/** The channel's shows: drafts, planned, live and past ones. */
export default function ShowsPage({ query }: PageProps) {
  const wanted = query.get("part") as Part;
  const part = NAMES.includes(wanted) ? wanted : "all";
  const { states, order } = PARTS[part];
  const path = new URLSearchParams({ channel: theChannel().id, order, ...(states && { state: states }) });
  return (
    <ListPage<Show>
      testid="shows"
      title={t("title")}
      lead={t("lead")}
      path={`/shows?${path}`}
      things="shows"
      keyOf={({ id }) => id}
      search={t("search")}
      filtered={part !== "all"}
      filters={NAMES.map((name) => (
        <Button
          key={name}
          aria-pressed={name === part}
          data-testid={`shows-${name}`}
          onClick={() => stay(PATH, name === "all" ? {} : { part: name })}
        >
          {t(`part.${name}`)}
        </Button>
      ))}
      actions={<NewShow />}
      empty={{ title: t("empty.title"), text: t("empty.text"), action: <NewShow /> }}
      row={(show, list) => <Row show={show} list={list} />}
    />
  );
}

function NewShow() {
  return (
    <Link to={`${PATH}/new`} class="button button-primary" data-testid="show-new">
      <Sign name="add" />
      {t("new")}
    </Link>
  );
}

function Row({ show, list }: { show: Show; list: ListState<Show> }) {
  const { id, title, state } = show;
  const at = show.started_at ?? show.starts_at;
  const picture = show.cover || show.video.poster;
  return (
    <>
      <div class="pictured">
        {picture ? (
          <img {...pictureOf(picture, 56)} alt="" width={56} height={56} class="thumb" />
        ) : (
          <span class="thumb thumb-none">
            <Sign name="shows" />
          </span>
        )}
        <div>
          <Link to={`${PATH}/${encodeURIComponent(id)}`} class="row-title" data-testid="show-open">
            {title}
          </Link>
          <p class="hint facts">
            <span class={state === "live" ? "badge badge-live" : "badge"} data-testid="row-state">
              {shared(`state.${state}`)}
            </span>
            <span>{at ? momentIn(at, theChannel().time_zone) : t("no_time")}</span>
          </p>
        </div>
      </div>
      <div class="row-actions">
        {(state === "live" || state === "scheduled" || state === "rehearsal") && (
          <a class="button button-small" href={`/host?show=${encodeURIComponent(id)}`} data-testid="row-host">
            {t("host_page")}
          </a>
        )}
        {state === "ended" && (
          <a class="button button-small" href={`/analyst/shows/${encodeURIComponent(id)}`} data-testid="row-figures">
            {t("figures")}
          </a>
        )}
        <Button size="small" data-testid="row-copy" aria-label={t("copy.of", { title })} onClick={() => void copyShow(show)}>
          {t("copy")}
        </Button>
        {(state === "draft" || state === "ended" || state === "cancelled") && (
          <Button
            size="small"
            look="quiet"
            data-testid="row-archive"
            aria-label={t("archive.of", { title })}
            onClick={() => void archive(list, show)}
          >
            {t("archive")}
          </Button>
        )}
      </div>
    </>
  );
}

/** Makes a draft like a show, and goes to it. */
export async function copyShow(show: Show): Promise<void> {
  try {
    const { value } = await make<Show>(`/shows/${show.id}/copy`);
    forgetLists();
    go(`${PATH}/${value.id}`);
  } catch (error) {
    tellFailure(error);
  }
}

async function archive(list: ListState<Show>, { id, title }: Show): Promise<void> {
  try {
    await make(`/shows/${id}/archive`, {}, null);
  } catch (error) {
    tellFailure(error);
    return;
  }
  forgetLists();
  list.put(id, null);
  offerUndo(t("archived.done", { title }), async () => {
    await make(`/shows/${id}/restore`, {}, null);
    await list.again();
  });
}
