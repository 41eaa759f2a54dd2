// What stands before the start of a show: its poster, loaded once somebody waits.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Show } from "../sdk";
import { duration, until } from "../shared/format";
import { createTranslator, language } from "../shared/i18n";
import type en from "../shared/locales/viewer_poster.en.json";
import { resolve } from "../shared/server";
import { Picture } from "../shared/ui/picture";
import { openPane } from "./panes";
import "./poster.css";
import { followServerTime, serverNow } from "../shared/server_clock";
import { link, products, room } from "./session";
import { Price } from "./shop/price";
import { t as viewerText } from "./text";

const t = createTranslator<typeof en>("viewer_poster");
const SHOWN_MOST = 4;
/** How soon a page that was sent out looks whether the show is open again: while a rehearsal lasts nobody else sees it. */
const AGAIN_MS = 8_000;

/** The date in the reader's zone, with the zone's name: somebody may read it elsewhere. */
function dateIn(at: string): string {
  return new Intl.DateTimeFormat(language.value, {
    weekday: "long",
    month: "long",
    day: "numeric",
    hour: "numeric",
    minute: "2-digit",
    timeZoneName: "short",
  }).format(new Date(at));
}

function useServerNow(show: Show): number {
  const now = useSignal(serverNow());
  useEffect(
    () =>
      followServerTime(`/v1/shows/${encodeURIComponent(show.id)}`, (told) => {
        now.value = told;
      }),
    [show.id],
  );
  return now.value;
}

/** Comes in again by itself when the show is hidden for a while. */
function useComeBack(): void {
  const stopped = link.value.is === "stopped";
  useEffect(() => {
    if (!stopped) return;
    const timer = setTimeout(() => room().start(), AGAIN_MS * (1 + Math.random()));
    return () => clearTimeout(timer);
  }, [stopped]);
}

/** When the show is planned, how far off that is, what it is about, and what will be sold. A show begins when its host begins it. */
export function Poster({ show }: { show: Show }) {
  const now = useServerNow(show);
  useComeBack();
  const { starts_at: at, description } = show;
  const due = at ? Date.parse(at) - now : 0;
  return (
    <div class="cover poster" data-testid="cover-scheduled">
      <h2>{at ? dateIn(at) : viewerText("cover.scheduled.open")}</h2>
      {due > 0 && <Countdown ms={due} />}
      <p>{t(!at || due > 0 ? "wait" : "late")}</p>
      {description && (
        <p class="poster-description" dir="auto" data-testid="poster-description">
          {description}
        </p>
      )}
      <LineUp />
      {at && (
        <a class="button" href={resolve(`/v1/shows/${encodeURIComponent(show.id)}/calendar.ics`)} data-testid="calendar">
          {t("calendar")}
        </a>
      )}
    </div>
  );
}

function Countdown({ ms }: { ms: number }) {
  const days = Math.floor(ms / 86_400_000);
  return (
    <p class="poster-countdown">
      <strong role="timer" data-testid="countdown" data-ms={ms}>
        {days > 0 && `${t.count("days", days)} `}
        {duration((ms % 86_400_000) / 1000)}
      </strong>
      <span data-testid="until">{until(ms)}</span>
    </p>
  );
}

/** The first products of the line-up; all of them are a tap away. */
function LineUp() {
  const all = products.value;
  if (all.length === 0) return null;
  return (
    <button type="button" class="poster-products" data-testid="poster-products" onClick={() => openPane("products")}>
      {all.slice(0, SHOWN_MOST).map((product) => (
        <span key={product.id} class="poster-product">
          <Picture class="poster-picture" src={product.image} alt={product.image_alt} size={56} />
          <span class="poster-title">{product.title}</span>
          <Price product={product} />
        </span>
      ))}
      {all.length > SHOWN_MOST && <span class="poster-more">{t.count("more", all.length - SHOWN_MOST)}</span>}
    </button>
  );
}
