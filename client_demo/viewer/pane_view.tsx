import { useLayoutEffect, useRef } from "preact/hooks";
import { shortCount } from "../shared/format";
import { isEscape, ofInputMethod } from "../shared/input_method";
import { byId } from "../shared/place";
import { Button } from "../shared/ui/button";
import { Icon, type IconName } from "../shared/ui/icon";
import { useLayer } from "../shared/ui/layers";
import { Late } from "./late";
import { myOrders } from "./me";
import { closeSheet, openPane, PANES, type Pane, panel, sheet } from "./panes";
import { moreQuestions, questionCount } from "./questions/list";
import { Questions } from "./questions/questions";
import { products } from "./session";
import { Products } from "./shop/products";
import { t } from "./text";

const ICONS: Readonly<Record<Pane, IconName>> = { comments: "chat", questions: "question", products: "bag", orders: "receipt" };

function sizeOf(pane: Pane): number {
  if (pane === "comments") return 0;
  return pane === "questions" ? questionCount.value : pane === "products" ? products.value.length : myOrders.value.length;
}

/** How many there are beside a pane's name; "220+" where the rest is not loaded yet. */
function Size({ pane, look }: { pane: Pane; look: string }) {
  const size = sizeOf(pane);
  const more = pane === "questions" && moreQuestions.value;
  return size > 0 ? <span class={look}>{`${shortCount(size)}${more ? "+" : ""}`}</span> : null;
}

function PaneOf({ pane }: { pane: Pane }) {
  if (pane === "comments") return <Late part="Comments" />;
  if (pane === "questions") return <Questions />;
  return pane === "products" ? <Products /> : <Late part="Orders" />;
}

/** The calm panel beside the video on a wide screen. */
export function Panel() {
  const now = panel.value;
  const turn = (event: KeyboardEvent): void => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (step === 0 || ofInputMethod(event)) return;
    const next = PANES[(PANES.indexOf(now) + step + PANES.length) % PANES.length] ?? now;
    panel.value = next;
    byId(`tab-${next}`)?.focus();
  };
  return (
    <>
      <div class="tabs" role="tablist" aria-label={t("tabs.label")} onKeyDown={turn}>
        {PANES.map((each) => (
          <button
            type="button"
            key={each}
            id={`tab-${each}`}
            class="tab"
            role="tab"
            aria-selected={each === now}
            aria-controls="panel"
            tabIndex={each === now ? 0 : -1}
            data-testid={`tab-${each}`}
            onClick={() => openPane(each)}
          >
            {t(`tab.${each}`)} <Size pane={each} look="tab-size" />
          </button>
        ))}
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a panel that scrolls must be reachable by key. */}
      <div id="panel" role="tabpanel" aria-labelledby={`tab-${now}`} class="panel-pane" tabIndex={0}>
        <PaneOf pane={now} />
      </div>
    </>
  );
}

/** The three buttons at the foot of a narrow screen, while no sheet is up; the sheet has its own. */
export function SheetButtons() {
  if (sheet.value) return null;
  return (
    <nav class="sheet-buttons" aria-label={t("tabs.label")}>
      {PANES.map((each) => (
        <button
          type="button"
          key={each}
          id={`way-to-${each}`}
          class="sheet-button"
          data-testid={`tab-${each}`}
          aria-expanded={false}
          onClick={() => openPane(each)}
        >
          <Icon name={ICONS[each]} />
          <span>{t(`tab.${each}`)}</span>
          <Size pane={each} look="sheet-size" />
        </button>
      ))}
    </nav>
  );
}

/** The sheet over the lower half of a narrow screen. It is not modal: the video plays on above it, and its buttons still work. */
export function Sheet() {
  const pane = sheet.value;
  const place = useRef<HTMLElement>(null);
  const up = pane !== null;
  useLayer(closeSheet, up);
  useLayoutEffect(() => {
    if (up) place.current?.focus({ preventScroll: true });
  }, [up]);
  if (!pane) return null;
  return (
    <section
      ref={place}
      id="sheet"
      class="sheet"
      part="sheet"
      data-testid="sheet"
      aria-labelledby="sheet-title"
      tabIndex={-1}
      onKeyDown={(event) => {
        if (isEscape(event)) closeSheet();
      }}
    >
      <header class="sheet-head">
        <h2 id="sheet-title" class="visually-hidden">
          {t(`tab.${pane}`)}
        </h2>
        {PANES.map((each) => (
          <button
            type="button"
            key={each}
            class="tab"
            aria-current={each === pane}
            data-testid={`tab-${each}`}
            onClick={() => openPane(each)}
          >
            {t(`tab.${each}`)} <Size pane={each} look="tab-size" />
          </button>
        ))}
        <span class="spread" />
        <Button look="quiet" size="icon" aria-label={t("close")} data-testid="sheet-close" onClick={closeSheet}>
          <Icon name="close" />
        </Button>
      </header>
      <PaneOf pane={pane} />
    </section>
  );
}
