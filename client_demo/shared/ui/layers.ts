// What lies over a page (a dialog, a sheet, the stage view) is a layer. Each is one step of the history, so Back closes the newest and
// stays on the page; and when it goes, the focus goes back to what opened it.
//
// The steps belong to no layer: there are as many of them as layers. So one that closes while another opens moves nothing.

import { useLayoutEffect, useRef } from "preact/hooks";
import { byId, embedded, focusedNow, place } from "../place";

interface Layer {
  close: () => void;
}

const FOCUSABLE = "button, a[href], input, select, textarea, summary, [tabindex]";
/**
 * A step back that the browser does not carry out is forgotten after this long. A busy device takes seconds for one, and a second one
 * beside it would leave the page.
 */
const STEP_BACK_MS = 10_000;

const layers: Layer[] = [];
/** The page's own step back that is under way, and how many steps are left once it is taken. */
let goingBack: { to: number; forgotten: ReturnType<typeof setTimeout> } | undefined;
let settling = false;
/** What was pressed last: Safari gives a pressed button no focus. */
let pressed: HTMLElement | null = null;

function steps(): number {
  return (history.state as { layers?: number } | null)?.layers ?? 0;
}

/** Makes the history have one step for each layer. Many changes of one turn are one. */
function settleSoon(): void {
  // The history is the document's: an element in somebody else's has no say in it.
  if (settling || embedded) return;
  settling = true;
  setTimeout(() => {
    settling = false;
    if (!goingBack) settle();
  });
}

function settle(): void {
  const surplus = steps() - layers.length;
  if (surplus > 0) {
    const forget = (): void => {
      goingBack = undefined;
    };
    goingBack = { to: layers.length, forgotten: setTimeout(forget, STEP_BACK_MS) };
    history.go(-surplus);
    return;
  }
  for (let n = steps(); n < layers.length; n++) history.pushState({ ...history.state, layers: n + 1 }, "");
}

function takeStep(): void {
  if (goingBack?.to === steps()) {
    clearTimeout(goingBack.forgotten);
    goingBack = undefined;
  } else for (const layer of layers.slice(steps()).reverse()) layer.close();
  settleSoon();
}

function notePressed(event: Event): void {
  pressed = event.target instanceof Element ? event.target.closest<HTMLElement>(FOCUSABLE) : null;
}

if (place.root && typeof addEventListener === "function") {
  if (!embedded) addEventListener("popstate", takeStep);
  place.root.addEventListener("pointerdown", notePressed, true);
  // A page that was loaded anew has no layer, whatever it had before.
  settleSoon();
}

function openerNow(): HTMLElement | null {
  const focused = focusedNow();
  return focused instanceof HTMLElement && focused !== document.body ? focused : pressed;
}

function canTakeFocus(element: HTMLElement): boolean {
  return element.isConnected && element.checkVisibility() && !element.matches(":disabled, [inert] *");
}

/** Puts the focus back on what opened a layer, else on what is left around it, else on the page's main part. */
function giveBack(opened: HTMLElement | null, around: readonly HTMLElement[]): void {
  // One that was drawn anew meanwhile is known by its id.
  const opener = opened?.isConnected ? opened : byId(opened?.id || "-");
  if (opener && canTakeFocus(opener)) return opener.focus({ preventScroll: true });
  const near = around.find(canTakeFocus) ?? place.root?.querySelector<HTMLElement>("dialog[open], main");
  const inside =
    near && [...near.querySelectorAll<HTMLElement>(FOCUSABLE)].find((each) => each.tabIndex >= 0 && canTakeFocus(each));
  if (inside) return inside.focus({ preventScroll: true });
  if (near) {
    near.tabIndex = -1;
    near.focus({ preventScroll: true });
  }
}

function ancestorsOf(element: HTMLElement | null): HTMLElement[] {
  const found: HTMLElement[] = [];
  for (let at = element?.parentElement; at && at !== document.body; at = at.parentElement) found.push(at);
  return found;
}

/** Makes the component a layer for as long as `open`; `onClose` is called when the person goes back. Call it before what takes the focus. */
export function useLayer(onClose: () => void, open = true): void {
  const close = useRef(onClose);
  close.current = onClose;
  useLayoutEffect(() => {
    if (!open) return;
    const opener = openerNow();
    const around = ancestorsOf(opener);
    const layer = { close: () => close.current() };
    layers.push(layer);
    settleSoon();
    return () => {
      layers.splice(layers.indexOf(layer), 1);
      settleSoon();
      // After the layer has left the page; whatever took the focus by itself meanwhile keeps it.
      setTimeout(() => {
        // Of an element: what the page around it has focused meanwhile keeps it too.
        const focused = focusedNow() ?? document.activeElement;
        if (!focused || focused === document.body || !focused.isConnected) giveBack(opener, around);
      });
    };
  }, [open]);
}
