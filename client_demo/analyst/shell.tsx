import { useLayoutEffect, useRef } from "preact/hooks";
import type { Pack } from "../shared/i18n";
import { useLatePage } from "../shared/pages/late";
import { StaffPages } from "../shared/staff/pages";
import { session } from "../shared/staff/session";
import { explainError, SignIn, WhoIsIn } from "../shared/staff/sign-in";
import { Button } from "../shared/ui/button";
import { LanguageSwitch, ThemeSwitch } from "../shared/ui/switches";
import { Toasts } from "../shared/ui/toast";
import { here, ROOT } from "./address";
import { AREAS, type Area, type Found, find } from "./areas";
import { Link } from "./link";
import { leaveFirstPage, Sheet } from "./sheet";
import { shared, t } from "./text";

/** Of the areas' pages. */
const lateTexts: Pack = {
  en: () => import("virtual:texts/analyst_late_en"),
  ja: () => import("virtual:texts/analyst_late_ja"),
};

/** The frame of all analyst's pages: who is in, the ways to the others, and the page that the address names. */
export function Shell() {
  const { path } = here.value;
  const first = useRef(path);
  if (first.current !== path) leaveFirstPage();
  if (!session.value) return <SignIn page={t("page.name")} />;
  const found = find(path);
  return (
    <>
      <header class="top">
        <p class="wordmark">{`${shared("app.name")} ${t("page.name")}`}</p>
        <StaffPages here="analyst" />
        <WhoIsIn />
        <div class="switches">
          <LanguageSwitch />
          <ThemeSwitch />
        </div>
      </header>
      <Navigation at={found?.area ?? null} />
      {found ? <Here key={path} found={found} /> : <NotThere />}
      <Toasts />
    </>
  );
}

function Navigation({ at }: { at: Area | null }) {
  const strip = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    const current = strip.current?.querySelector<HTMLElement>('[aria-current="page"]');
    if (strip.current && current) strip.current.scrollLeft = current.offsetLeft - strip.current.clientWidth / 3;
  }, [at]);
  return (
    <nav class="areas" ref={strip} aria-label={t("areas")} data-testid="areas">
      {AREAS.map((area) => (
        <Link
          key={area.name}
          to={area.routes[0]?.path ?? ROOT}
          class="area"
          aria-current={area === at ? "page" : undefined}
          data-testid={`area-${area.name}`}
        >
          {t.maybe(`area.${area.name}`) ?? area.name}
        </Link>
      ))}
    </nav>
  );
}

function Here({ found }: { found: Found }) {
  const { Page, failed, again } = useLatePage(found.route, lateTexts);
  if (Page) return <Page params={found.params} query={here.value.query} />;
  return (
    <Sheet>
      {failed ? (
        <div class="empty" role="alert" data-testid="page-failure">
          <h2>{explainError("offline")}</h2>
          <Button onClick={again}>{shared("retry")}</Button>
        </div>
      ) : (
        <p class="empty" role="status">
          {shared("loading")}
        </p>
      )}
    </Sheet>
  );
}

function NotThere() {
  return (
    <Sheet title={t("not_there.title")} testid="not-there">
      <div class="empty card">
        <h1>{t("not_there.title")}</h1>
        <p>{t("not_there.text")}</p>
        <Link to={ROOT}>{t("not_there.back")}</Link>
      </div>
    </Sheet>
  );
}
