import { effect } from "@preact/signals";
import { Toasts } from "../shared/ui/toast";
import { StageCover } from "./covers";
import { LastLines } from "./lines";
import { Notices } from "./notices";
import { Panel, Sheet, SheetButtons } from "./pane_view";
import { sheet, wide } from "./panes";
import { FloatingCanvas, ReactionButtons } from "./reactions/reactions";
import { isLive, pinnedProduct, show } from "./session";
import { Settings } from "./settings";
import { ShareButton, ShareDialog } from "./share";
import { ProductCard } from "./shop/product_card";
import { PurchaseSheet } from "./shop/purchase_sheet";
import { t } from "./text";
import { AnnouncementBar, SettingsButton, ShowState, ShowTitle, Watching } from "./top_bar";
import { VideoControls, VideoTap } from "./video/controls";
import { Video } from "./video/video";

effect(() => {
  document.title = show.value ? t("page.title_of", { title: show.value.title }) : t("page.title");
});

/** The video and what lies over it. */
function Stage() {
  const now = show.value;
  const pinned = pinnedProduct.value;
  return (
    <section class="stage" aria-label={t("stage")} data-testid="stage">
      {now?.video.poster && <img class="backdrop" src={now.video.poster} alt="" />}
      {now && <Video show={now} />}
      <FloatingCanvas />
      <div class="stage-top">
        {!wide.value && <ShowTitle />}
        <div class="stage-marks">
          <ShowState />
          <Watching short={!wide.value} />
          {!wide.value && <SettingsButton class="round" />}
        </div>
      </div>
      <div class="stage-notes">
        <Notices />
        <AnnouncementBar />
        <VideoTap />
      </div>
      <StageCover />
      {now && (
        <div class="stage-side">
          <ShareButton class="round" />
          <VideoControls />
          {isLive.value && <ReactionButtons />}
        </div>
      )}
      {now && !wide.value && (
        <div class="stage-foot">
          {isLive.value && <LastLines />}
          {pinned && <ProductCard product={pinned} pinned small />}
          <SheetButtons />
        </div>
      )}
    </section>
  );
}

/** The panel beside the video on a wide screen. */
function Aside() {
  const pinned = pinnedProduct.value;
  return (
    <aside class="aside" id="panel-start">
      <header class="aside-head">
        <ShowTitle />
        <SettingsButton class="button button-quiet button-icon" />
      </header>
      {pinned && (
        <div class="aside-pinned">
          <ProductCard product={pinned} pinned small />
        </div>
      )}
      <Panel />
    </aside>
  );
}

export function Page() {
  return (
    <>
      <main class={sheet.value && !wide.value ? "viewer viewer-with-sheet" : "viewer"} data-testid="viewer">
        <Stage />
        {wide.value ? <Aside /> : <Sheet />}
      </main>
      <PurchaseSheet />
      <Settings />
      <ShareDialog />
      <Toasts />
    </>
  );
}
