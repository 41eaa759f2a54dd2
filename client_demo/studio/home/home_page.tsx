import { useEffect } from "preact/hooks";
import type { Show } from "../../sdk/wire";
import { until } from "../../shared/format";
import { createTranslator } from "../../shared/i18n";
import type en from "../../shared/locales/studio_home.en.json";
import { session } from "../../shared/staff/session";
import { channel, theChannel } from "../channel";
import { Link } from "../link";
import { Failure, Loading, PageFrame, Section } from "../page";
import { Sign } from "../sign";
import { momentIn } from "../time";
import { loadOverview, type Overview, overview, overviewFailure } from "./facts";
import { type Missing, missing, nextOf } from "./missing";

const t = createTranslator<typeof en>("studio_home");

/** Where a merchant begins: what is on the air, what comes next, and what is still missing for it. */
export default function HomePage() {
  const id = channel.value?.id;
  useEffect(() => {
    overview.value = null;
    void loadOverview();
  }, [id]);
  const now = overview.value;
  const next = nextOf(now?.planned ?? []);
  const failure = overviewFailure.value;
  return (
    <PageFrame testid="home" title={t("title")} lead={t("lead")}>
      {failure && <Failure code={failure} again={() => void loadOverview()} />}
      {!now && !failure && <Loading />}
      {now && (
        <>
          {now.live.map((show) => (
            <Live key={show.id} show={show} />
          ))}
          <StillMissing overview={now} title={next?.title ?? ""} />
          {next && <Next show={next} />}
          {now.ended.length > 0 && <Ended shows={now.ended} />}
        </>
      )}
    </PageFrame>
  );
}

function Live({ show }: { show: Show }) {
  return (
    <section class="card home-show" data-testid="home-live" data-show={show.id}>
      <p class="badge badge-live">{t(show.state === "live" ? "live" : "rehearsal")}</p>
      <h2>{show.title}</h2>
      <div class="row-actions">
        <a class="button button-primary" href={`/host?show=${encodeURIComponent(show.id)}`}>
          {t("live.host")}
        </a>
        <a class="button" href={`/analyst/shows/${encodeURIComponent(show.id)}`}>
          {t("figures")}
        </a>
      </div>
    </section>
  );
}

/** The first of what is missing is the next thing to do. */
function StillMissing({ overview, title }: { overview: Overview; title: string }) {
  const found = missing(overview);
  return (
    <Section title={t("missing")} testid="missing">
      {found.length === 0 ? (
        <p class="home-ready" data-testid="nothing-missing">
          <Sign name="done" />
          {t("missing.none")}
        </p>
      ) : (
        <ol class="home-missing">
          {found.map((each, i) => (
            <MissingRow key={each.what} missing={each} title={title} first={i === 0} />
          ))}
        </ol>
      )}
    </Section>
  );
}

function MissingRow({ missing: { what, n, to }, title, first }: { missing: Missing; title: string; first: boolean }) {
  const words = what === "stock" ? t.count("missing.stock", n) : t(`missing.${what}`, { title });
  return (
    <li class="home-missing-row" data-testid={`missing-${what}`} data-n={n}>
      <p>{words}</p>
      <div class="row-actions">
        {what === "products" && (
          <Link to="/studio/products/import" class="button button-small">
            {t("do.import")}
          </Link>
        )}
        <Link to={to} class={first ? "button button-small button-primary" : "button button-small"} data-testid={`do-${what}`}>
          {t(`do.${what}`)}
        </Link>
      </div>
    </li>
  );
}

function Next({ show }: { show: Show }) {
  const ms = show.starts_at ? Date.parse(show.starts_at) - Date.now() : 0;
  return (
    <section class="card home-show" data-testid="home-next" data-show={show.id}>
      <p class="hint">{t("next")}</p>
      <h2>
        <Link to={`/studio/shows/${encodeURIComponent(show.id)}`} class="row-title">
          {show.title}
        </Link>
      </h2>
      <p class="hint">
        {show.starts_at ? momentIn(show.starts_at, theChannel().time_zone) : t("next.no_time")}
        {ms > 0 && ` · ${until(ms)}`}
      </p>
      {show.state === "scheduled" && (
        <div class="row-actions">
          <a class="button" href={`/shows/${encodeURIComponent(show.id)}`}>
            {t("next.page")}
          </a>
          <a class="button" href={`/host?show=${encodeURIComponent(show.id)}`}>
            {t("live.host")}
          </a>
        </div>
      )}
    </section>
  );
}

function Ended({ shows }: { shows: readonly Show[] }) {
  const zone = theChannel().time_zone;
  return (
    <Section title={t("ended")} testid="home-ended">
      <ul class="home-missing">
        {shows.map((show) => (
          <li key={show.id} class="home-missing-row" data-show={show.id}>
            <p>
              {show.title}
              <span class="hint home-when">{show.ended_at && momentIn(show.ended_at, zone)}</span>
            </p>
            <a class="button button-small" href={`/analyst/shows/${encodeURIComponent(show.id)}`}>
              {t("figures")}
            </a>
          </li>
        ))}
      </ul>
      {session.value && (
        <Link to="/studio/shows" class="back">
          {t("ended.all")}
        </Link>
      )}
    </Section>
  );
}
