// What sells beside another show: its goods and the viewer's orders, without a stage.
import { Toasts } from "../../shared/ui/toast";
import { Late } from "../late";
import { openPane, panel } from "../panes";
import { show } from "../session";
import { Products } from "../shop/products";
import { t } from "../text";
import "./joint.css";

const PANES = ["products", "orders"] as const;

export function Counter() {
  const now = panel.value === "orders" ? "orders" : "products";
  return (
    <div class="viewer-counter" part="counter" data-testid="counter-page" aria-busy={!show.value}>
      <Late part="Elsewhere" />
      {show.value && (
        <>
          <div class="tabs">
            {PANES.map((each) => (
              <button
                type="button"
                key={each}
                class="tab"
                aria-current={each === now}
                data-testid={`counter-${each}`}
                onClick={() => openPane(each)}
              >
                {t(`tab.${each}`)}
              </button>
            ))}
          </div>
          <Late part="Buying" />
          {now === "orders" ? <Late part="Orders" /> : <Products />}
        </>
      )}
      <Late part="BuyingSheets" />
      <Late part="SoldOutWord" />
      <Toasts />
    </div>
  );
}
