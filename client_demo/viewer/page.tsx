import { effect } from "@preact/signals";
import { embedded } from "../shared/place";
import { Picture } from "../shared/ui/picture";
import { Toasts } from "../shared/ui/toast";
import { Cards, StageCover, Survey, WithoutVideo } from "./covers";
import { Late } from "./late";
import { LastLines } from "./lines";
import { Notices } from "./notices";
import { Panel, Sheet, SheetButtons } from "./pane_view";
import { sheet, wide } from "./panes";
import { FloatingCanvas, ReactButton, ReactionChooser } from "./reactions/reactions";
import { served } from "./served";
import { arrival, hasVideo, isLive, isOpen, isOver, link, pinnedProduct, show } from "./session";
import { Settings } from "./settings";
import { ShareButton } from "./share_button";
import { ProductCard } from "./shop/product_card";
import { t } from "./text";
import { AnnouncementBar, SettingsButton, ShowState, ShowTitle, Watching } from "./top_bar";
import { BigPlay, TapForSound, VideoControls } from "./video/controls";
import { Video } from "./video/video";

effect(() => {
  const title = show.value ? t("page.title_of", { title: show.value.title }) : t("page.title");
  if (!embedded) document.title = title;
});

/** What the show is and whether it is on; on a wide screen the title stands in the panel. */
function StageTop() {
  return (
    <div class="stage-top">
      {!(wide.value && show.value) && <ShowTitle />}
      <div class="stage-marks">
        <ShowState />
        <Watching short={!wide.value} />
        <TapForSound />
      </div>
      {!(wide.value && show.value) && <SettingsButton class="round" />}
    </div>
  );
}

/** The video and what lies over it. */
function Stage() {
  const now = show.value;
  const pinned = pinnedProduct.value;
  const cover = now && !isLive.value && now.cover;
  const still = cover || now?.video.poster;
  return (
    <section class="stage" part="stage" aria-label={t("stage")} data-testid="stage">
      {still && (
        <Picture class={hasVideo.value ? "backdrop" : "backdrop backdrop-alone"} src={still} alt={cover ? now.cover_alt : ""} />
      )}
      {!now && served.poster && <Picture class="video" src={served.poster} />}
      {now && hasVideo.value && !now.replay && <Video show={now} />}
      <FloatingCanvas />
      <StageTop />
      <div class="stage-notes">
        <Notices />
        <AnnouncementBar />
        <Late part="HandedOver" />
      </div>
      <BigPlay />
      {now && isLive.value && !hasVideo.value && <WithoutVideo />}
      <StageCover />
      {now && (
        <div class="stage-side">
          <ShareButton class="round" />
          <VideoControls />
          {isOpen.value && <ReactionChooser />}
          {isOpen.value && wide.value && <ReactButton />}
        </div>
      )}
      {now && (isLive.value || isOver.value) && <Cards />}
      {now && !wide.value && isLive.value && <LastLines />}
      {now && !wide.value && (
        <div class="stage-foot">
          <Late part="Buying" />
          {pinned && <ProductCard product={pinned} pinned small />}
          <div class="stage-ways">
            <SheetButtons />
            {isOpen.value && <ReactButton />}
          </div>
        </div>
      )}
    </section>
  );
}

/** The panel beside the video on a wide screen. It keeps its place while the show is being joined, so that nothing moves then. */
function Aside() {
  const pinned = pinnedProduct.value;
  if (!show.value) return <aside class="aside" aria-busy="true" />;
  return (
    <aside class="aside" part="panel">
      <header class="aside-head">
        <ShowTitle />
        <SettingsButton class="button button-quiet button-icon" />
      </header>
      <Late part="Buying" />
      {pinned && (
        <div class="aside-pinned">
          <ProductCard product={pinned} pinned small />
        </div>
      )}
      <Panel />
    </aside>
  );
}

function lookOf(alone: boolean): string {
  if (alone) return "viewer viewer-alone";
  return sheet.value && !wide.value ? "viewer viewer-with-sheet" : "viewer";
}

export function Page() {
  // A show that cannot be entered has no panel either.
  const alone = !show.value && (link.value.is === "stopped" || arrival.value === "none" || arrival.value === "choice");
  return (
    <>
      <main class={lookOf(alone)} part="viewer" data-testid="viewer">
        <Stage />
        {!alone && (wide.value ? <Aside /> : <Sheet />)}
        <Survey />
      </main>
      <Late part="BuyingSheets" />
      <Settings />
      <Late part="ShareDialog" />
      <Late part="SafetyDialogs" />
      <Late part="SoldOutWord" />
      <Toasts />
    </>
  );
}
