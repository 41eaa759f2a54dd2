import { render } from "preact";
import { useEffect, useLayoutEffect } from "preact/hooks";
import "../shared/base.css";
import "../shared/staff/staff.css";
import "./host.css";
import "./console.css";
import "./stage.css";
import { firstTexts } from "../shared/i18n";
import { StaffPages } from "../shared/staff/pages";
import { session, startSession } from "../shared/staff/session";
import { explainError, SignIn, WhoIsIn } from "../shared/staff/sign-in";
import { Button } from "../shared/ui/button";
import { LanguageSwitch, ThemeSwitch } from "../shared/ui/switches";
import { takeUpAnnouncements } from "./actions";
import { AnnouncePanel } from "./announce_panel";
import { followClock } from "./clock";
import { DeedList, LastDeed } from "./deed_list";
import { isOwn, isPartner, openShow, snapshot, theRoom, view } from "./desk";
import { DismissDialog } from "./dismiss_dialog";
import { Key } from "./key_hint";
import { listenToKeys } from "./keys";
import { KeysDialog } from "./keys_dialog";
import { LatePlan, LateView } from "./late";
import { NoVideo } from "./no_video";
import { Numbers } from "./numbers";
import { ProductPanel } from "./product_panel";
import { QuestionCard } from "./question_card";
import { QueueList } from "./queue_list";
import { chooseShow, chosen, ShowChoice } from "./show_choice";
import { ShowDialog } from "./show_dialog";
import { Stage } from "./stage";
import { DESK_PANES, deskPane, dismissing, ending, keysShown, onStage, viewing } from "./surface";
import { SurveyPanel } from "./survey_panel";
import { shared, t } from "./text";
import { TopBar } from "./top_bar";

const STAFF: ReadonlySet<string> = new Set(["moderator", "host", "admin"]);

function Page() {
  const now = session.value;
  if (!now) return <SignIn page={t("page.name")} />;
  if (!STAFF.has(now.role)) return <NotHere />;
  if (!chosen.value) {
    return (
      <>
        <ShowChoice />
        <Foot />
      </>
    );
  }
  return <Show key={chosen.value} id={chosen.value} />;
}

function NotHere() {
  return (
    <main class="choice">
      <div class="empty card" role="alert" data-testid="forbidden">
        <h1>{t("forbidden.title")}</h1>
        <p>{t("forbidden.text")}</p>
        <WhoIsIn />
      </div>
    </main>
  );
}

function Show({ id }: { id: string }) {
  // Before the effects of the parts, which follow the room that is open.
  useLayoutEffect(() => openShow(id, session.value?.token ?? ""), [id]);
  useEffect(() => followClock(id), [id]);
  useLayoutEffect(() => (viewing === "stage" ? undefined : listenToKeys()), []);
  const { link } = view.value;
  const here = snapshot.value !== null;
  useEffect(() => {
    if (here) takeUpAnnouncements();
  }, [here]);
  const title = snapshot.value?.show.title;
  useEffect(() => {
    document.title = title ? `${title} · ${shared("app.name")}` : t("page.title");
  }, [title]);
  if (viewing === "stage") return <LateView view="stage" />;
  if (link.is === "stopped" && link.reason !== "left") return <Stopped reason={link.reason} />;
  if (viewing === "moderate") {
    return (
      <>
        <LateView view="moderate" />
        {dismissing.value && <DismissDialog question={dismissing.value} />}
        <LatePlan part="SanctionDialog" />
        {keysShown.value && <KeysDialog />}
      </>
    );
  }
  return (
    <div class="desk" data-testid="desk" data-link={link.is}>
      <TopBar />
      <div class="desk-numbers">
        <Numbers />
        {isOwn.value && <LatePlan part="PlanLine" />}
      </div>
      <main class="work" data-pane={deskPane.value}>
        <DeskTabs />
        <QueueList />
        <div class="middle">
          <NoVideo />
          <LatePlan part="JointNote" />
          <Over />
          <LatePlan part="Arrivals" />
          <LatePlan part="StageNews" />
          <QuestionCard />
          <LastDeed />
        </div>
        <div class="side">
          {!isPartner.value && <ProductPanel />}
          <AnnouncePanel />
          <div class="side-more">
            <LatePlan part="CommentsPanel" />
            <LatePlan part="StagesPanel" />
            {isOwn.value && <OfOwnShow />}
            <DeedList />
          </div>
        </div>
      </main>
      <Foot />
      {dismissing.value && <DismissDialog question={dismissing.value} />}
      <LatePlan part="SanctionDialog" />
      {ending.value && <ShowDialog asked={ending.value} />}
      {keysShown.value && <KeysDialog />}
      {onStage.value && <Stage />}
    </div>
  );
}

/** What only the show's own channel does in it. */
function OfOwnShow() {
  return (
    <>
      <LatePlan part="TakingsPanel" />
      <LatePlan part="OfferPanel" />
      <LatePlan part="AuctionPanel" />
      <LatePlan part="PollPanel" />
      <LatePlan part="GiveawayPanel" />
      <LatePlan part="PostsPanel" />
      <SurveyPanel />
      <LatePlan part="WritingPanel" />
      <LatePlan part="PlanPanel" />
      <LatePlan part="HandOverPanel" />
      <LatePlan part="SafetyPanel" />
    </>
  );
}

/** The three columns as tabs, where there is room for one of them. */
function DeskTabs() {
  return (
    <nav class="tabs desk-tabs" aria-label={t("panes")}>
      {DESK_PANES.map((each) => (
        <button
          type="button"
          key={each}
          class="tab"
          aria-current={deskPane.value === each ? "true" : undefined}
          data-testid={`pane-${each}`}
          onClick={() => {
            deskPane.value = each;
          }}
        >
          {t(`pane.${each}`)}
        </button>
      ))}
    </nav>
  );
}

/** The show is over: what can still be done, and where the figures are. */
function Over() {
  const show = snapshot.value?.show;
  if (show?.state !== "ended") return null;
  return (
    <p class="notice over" data-testid="over">
      {t("over")}
      <a href={`/analyst/shows/${encodeURIComponent(show.id)}`}>{t("over.figures")}</a>
      {session.value?.role !== "moderator" && (
        <a href={`/analyst/shows/${encodeURIComponent(show.id)}?take=1`} data-testid="over-take">
          {t("over.take")}
        </a>
      )}
    </p>
  );
}

function Stopped({ reason }: { reason: string }) {
  return (
    <main class="choice">
      <div class="empty card" role="alert" data-testid="stopped">
        <h1>{explainError(reason)}</h1>
        <div class="dialog-actions">
          <Button onClick={() => theRoom().start()}>{shared("retry")}</Button>
          <Button onClick={() => chooseShow(null)}>{t("other_show")}</Button>
        </div>
      </div>
    </main>
  );
}

function Foot() {
  return (
    <footer class="foot">
      <p class="wordmark">{`${shared("app.name")} ${t("page.name")}`}</p>
      {chosen.value && (
        <>
          <Button
            size="small"
            data-testid="keys-open"
            onClick={() => {
              keysShown.value = true;
            }}
          >
            {t("keys")}
            <Key of="?" />
          </Button>
          <Button size="small" onClick={() => chooseShow(null)} data-testid="other-show">
            {t("other_show")}
          </Button>
        </>
      )}
      <StaffPages here="host" />
      <WhoIsIn />
      <div class="switches">
        <LanguageSwitch />
        <ThemeSwitch />
      </div>
    </footer>
  );
}

startSession();
await firstTexts({ en: () => import("virtual:texts/host_en"), ja: () => import("virtual:texts/host_ja") });
const root = document.getElementById("page");
if (root) render(<Page />, root);
