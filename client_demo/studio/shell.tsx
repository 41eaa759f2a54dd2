import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Pack } from "../shared/i18n";
import { useLatePage } from "../shared/pages/late";
import { StaffPages } from "../shared/staff/pages";
import { session } from "../shared/staff/session";
import { SignIn, WhoIsIn } from "../shared/staff/sign-in";
import { Dialog } from "../shared/ui/dialog";
import { LanguageSwitch, ThemeSwitch } from "../shared/ui/switches";
import { Toasts } from "../shared/ui/toast";
import { type Area, areasOf, type Found, find, isOpenTo } from "./areas";
import { channel, channelFailure, loadChannel } from "./channel";
import { Link } from "./link";
import { Failure, Loading, NotAllowed, NotFound } from "./page";
import { here } from "./router";
import { Sign } from "./sign";
import { shared, t } from "./text";

/** Of the areas' pages. */
const lateTexts: Pack = {
  en: () => import("virtual:texts/studio_late_en"),
  ja: () => import("virtual:texts/studio_late_ja"),
};

/** The whole page: who is not signed in meets the door, unless the address is one for everybody. */
export function Shell() {
  const { path } = here.value;
  const found = find(path);
  const now = session.value;
  if (found?.area.roles === "everybody") {
    return (
      <>
        <main class="open-door">
          <Here found={found} />
        </main>
        <Toasts />
      </>
    );
  }
  if (!now) return <SignIn page={t("page.name")} />;
  return (
    <div class="studio" data-testid="studio">
      <TopBar />
      <Navigation at={found?.area ?? null} />
      <Main key={path}>
        {found ? isOpenTo(found.area, now.role) ? <WithChannel found={found} /> : <NotAllowed /> : <NotFound />}
      </Main>
      <Toasts />
    </div>
  );
}

/** Another page takes the focus to its beginning, as a page that was loaded would; the first one leaves it where it is. */
let firstPage = true;

function Main({ children }: { children: preact.ComponentChildren }) {
  const element = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    if (!firstPage) element.current?.focus({ preventScroll: true });
    firstPage = false;
  }, []);
  return (
    <main ref={element} class="studio-main" tabIndex={-1}>
      {children}
    </main>
  );
}

/** A page, once the channel is known. */
function WithChannel({ found }: { found: Found }) {
  if (channel.value) return <Here found={found} />;
  const failure = channelFailure.value;
  return failure ? <Failure code={failure} again={() => void loadChannel()} /> : <Loading />;
}

function Here({ found }: { found: Found }) {
  const { Page, failed, again } = useLatePage(found.route, lateTexts);
  if (Page) return <Page params={found.params} query={here.value.query} />;
  return failed ? <Failure code="offline" again={again} /> : <Loading />;
}

function TopBar() {
  return (
    <header class="top">
      <p class="wordmark">{`${shared("app.name")} ${t("page.name")}`}</p>
      {channel.value && (
        <p class="top-channel" data-testid="channel-name">
          {channel.value.name}
        </p>
      )}
      <StaffPages here="studio" />
      <div class="top-who">
        <WhoIsIn name={<AccountLink />} />
        <div class="switches">
          <LanguageSwitch />
          <ThemeSwitch />
        </div>
      </div>
    </header>
  );
}

function AccountLink({ onGo }: { onGo?: () => void }) {
  return (
    <Link to="/studio/account" class="account-link" data-testid="to-account" onClick={onGo}>
      {session.value?.name || t("account")}
    </Link>
  );
}

function Navigation({ at }: { at: Area | null }) {
  const more = useSignal(false);
  const areas = areasOf(session.value?.role ?? "viewer");
  const behind = areas.filter((area) => !area.primary);
  const isBehind = at !== null && behind.includes(at);
  return (
    <nav class="areas" aria-label={t("areas")} data-testid="areas">
      {areas.map((area) => (
        <AreaLink key={area.name} area={area} at={at} />
      ))}
      <button
        type="button"
        class="area areas-more"
        aria-current={isBehind}
        data-testid="areas-more"
        onClick={() => {
          more.value = true;
        }}
      >
        <Sign name="menu" />
        {t("areas.more")}
      </button>
      {more.value && (
        <Dialog
          sheet
          title={t("areas.more")}
          testid="areas-sheet"
          onClose={() => {
            more.value = false;
          }}
        >
          <div class="areas-sheet">
            {behind.map((area) => (
              <AreaLink
                key={area.name}
                area={area}
                at={at}
                onGo={() => {
                  more.value = false;
                }}
              />
            ))}
          </div>
          <StaffPages here="studio" />
          <WhoIsIn
            name={
              <AccountLink
                onGo={() => {
                  more.value = false;
                }}
              />
            }
          />
          <div class="switches">
            <LanguageSwitch />
            <ThemeSwitch />
          </div>
        </Dialog>
      )}
    </nav>
  );
}

function AreaLink({ area, at, onGo }: { area: Area; at: Area | null; onGo?: () => void }) {
  return (
    <Link
      to={area.routes[0]?.path ?? ""}
      class={area.primary ? "area" : "area area-behind"}
      aria-current={area === at ? "page" : undefined}
      data-testid={`area-${area.name}`}
      onClick={onGo}
    >
      <Sign name={area.sign} />
      {t.maybe(`area.${area.name}`) ?? area.name}
    </Link>
  );
}
