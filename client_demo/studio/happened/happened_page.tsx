import type { PageProps } from "../../shared/pages/routes";
import { Button } from "../../shared/ui/button";
import { theChannel } from "../channel";
import { Link } from "../link";
import { ListPage } from "../list_page";
import { stay } from "../router";
import { momentIn } from "../time";
import { type Deed, particulars, placeOf, sentence, whoDid } from "./deed";
import "./happened.css";
import { t } from "./text";

const PATH = "/studio/happened";
const ABOUT = ["shows", "products", "orders", "people", "connections", "figures", "channel"] as const;

/** Who of the channel's people and programs did what, the newest first. */
export default function HappenedPage({ query }: PageProps) {
  const about = ABOUT.find((each) => each === query.get("about"));
  const choose = (chosen: string | undefined): void =>
    stay(PATH, { ...(query.get("q") && { q: query.get("q") ?? "" }), ...(chosen && { about: chosen }) });
  return (
    <ListPage<Deed>
      testid="happened"
      title={t("title")}
      lead={t("lead")}
      path={about ? `/audit?about=${about}` : "/audit"}
      things="deeds"
      keyOf={({ id }) => id}
      search={t("search")}
      filtered={Boolean(about)}
      filters={[undefined, ...ABOUT].map((each) => (
        <Button
          key={each ?? "all"}
          aria-pressed={each === about}
          data-testid={`happened-${each ?? "all"}`}
          onClick={() => choose(each)}
        >
          {t(`about.${each ?? "all"}`)}
        </Button>
      ))}
      empty={{ title: t("empty.title"), text: t("empty.text") }}
      row={(deed) => <Row deed={deed} />}
    />
  );
}

function Row({ deed }: { deed: Deed }) {
  const place = placeOf(deed);
  const said = particulars(deed);
  const words = sentence(deed);
  return (
    <div class="deed" data-testid="deed" data-action={deed.action}>
      <h2 class="deed-what">
        {place ? (
          <Link to={place} class="deed-link" data-testid="deed-link">
            {words}
          </Link>
        ) : (
          words
        )}
      </h2>
      {said.length > 0 && <p class="deed-more">{said.join(" · ")}</p>}
      <p class="hint">
        <time dateTime={deed.at}>{momentIn(deed.at, theChannel().time_zone)}</time>
        {" · "}
        <span data-testid="deed-who">{whoDid(deed)}</span>
        {deed.show_title && !deed.action.startsWith("show.") && ` · ${t("in_show", { show: deed.show_title })}`}
      </p>
    </div>
  );
}
