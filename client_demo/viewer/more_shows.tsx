import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Backoff, type Show } from "../sdk";
import { dateTime } from "../shared/format";
import { embedded, place } from "../shared/place";
import { resolve } from "../shared/server";
import { showsOf } from "./address";
import { t } from "./late_text";
import { myOrders } from "./me";
import { openPane } from "./panes";
import { channel, show } from "./session";

const EACH_MAX = 3;
const AGAIN_MS = { least: 20_000, first: 20_000, most: 240_000 };

const idsOf = (shows: readonly Show[]): string => shows.map((each) => each.id).join();

function when(each: Show): string {
  const at = each.state === "scheduled" ? each.starts_at : (each.started_at ?? each.starts_at);
  if (each.state === "live" || !at) return "";
  return each.state === "scheduled" ? t("shows.planned", { at: dateTime(at) }) : dateTime(at);
}

/** In somebody else's page it is the element that goes to the show, unless the person wants another tab. */
export function goTo(event: MouseEvent, show: string): void {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  place.enter(show);
}

/** Shows to go to, each with its state; a link is a page load, which joins it. */
export function ShowLinks({ shows }: { shows: readonly Show[] }) {
  return (
    <ul class="show-links" data-testid="show-links">
      {shows.map((each) => (
        <li key={each.id}>
          <a
            class="show-link"
            href={resolve(`/shows/${encodeURIComponent(each.id)}`)}
            data-testid="show-link"
            data-show={each.id}
            onClick={embedded ? (event) => goTo(event, each.id) : undefined}
          >
            <span class={each.state === "live" ? "badge badge-live" : "badge badge-over-video"}>{t(`state.${each.state}`)}</span>
            <span class="show-link-title">{each.title}</span>
            <span class="show-link-more">{when(each) || t("host.with", { name: each.host })}</span>
          </a>
        </li>
      ))}
    </ul>
  );
}

async function othersOf(channelId: string, here: string | undefined): Promise<Show[]> {
  const [live, planned, ended] = await Promise.all(
    (["live", "scheduled", "ended"] as const).map((state) => showsOf(channelId, state, EACH_MAX + 1)),
  );
  const next = [...(live ?? []), ...(planned ?? [])].slice(0, EACH_MAX);
  const past = (ended ?? []).filter((each) => each.id !== here);
  return [...next, ...past].slice(0, EACH_MAX);
}

/** Where to go from a show that is over: what is live, then what comes, then what was; and to one's orders. Looked up again when seen again. */
export function MoreShows() {
  const found = useSignal<readonly Show[]>([]);
  const channelId = channel.value;
  const here = show.value?.id;
  useEffect(() => {
    if (!channelId) return;
    let over = false;
    const look = (): void => {
      if (document.visibilityState !== "visible") return;
      othersOf(channelId, here).then(
        (others) => {
          if (!over) found.value = others;
        },
        () => undefined,
      );
    };
    // Nobody tells a show that is over of those that begin, so it is asked for now and then, ever more rarely, and by chance not all at once.
    let timer: ReturnType<typeof setTimeout>;
    const backoff = new Backoff(AGAIN_MS.first, AGAIN_MS.most);
    const wait = (): void => {
      timer = setTimeout(lookForLive, AGAIN_MS.least + backoff.nextMs());
    };
    const lookForLive = async (): Promise<void> => {
      if (document.visibilityState === "visible") {
        const live = await showsOf(channelId, "live", EACH_MAX).catch(() => null);
        if (live && idsOf(live) !== idsOf(found.peek().filter((each) => each.state === "live"))) look();
      }
      if (!over) wait();
    };
    look();
    wait();
    document.addEventListener("visibilitychange", look);
    window.addEventListener("online", look);
    return () => {
      over = true;
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", look);
      window.removeEventListener("online", look);
    };
  }, [channelId, here]);
  return (
    <>
      {myOrders.value.length > 0 && (
        <button type="button" class="button" data-testid="ended-orders" onClick={() => openPane("orders")}>
          {t("buy.done.orders")}
        </button>
      )}
      {found.value.length > 0 && (
        <nav class="more-shows" aria-label={t("shows.more")}>
          <h3>{t("shows.more")}</h3>
          <ShowLinks shows={found.value} />
        </nav>
      )}
    </>
  );
}
