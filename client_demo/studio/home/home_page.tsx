import { session } from "../../shared/staff/session";
import { areasOf } from "../areas";
import { Link } from "../link";
import { PageFrame } from "../page";
import { Sign } from "../sign";
import { t } from "../text";

/** Where a merchant begins. */
export default function HomePage() {
  const areas = areasOf(session.value?.role ?? "viewer").filter((area) => area.name !== "home");
  return (
    <PageFrame testid="home" title={t("home.title")} lead={t("home.lead")}>
      <ul class="home-areas">
        {areas.map((area) => (
          <li key={area.name}>
            <Link to={area.routes[0]?.path ?? ""} class="card home-area" data-testid={`home-${area.name}`}>
              <Sign name={area.sign} />
              <strong>{t.maybe(`area.${area.name}`) ?? area.name}</strong>
            </Link>
          </li>
        ))}
      </ul>
    </PageFrame>
  );
}
