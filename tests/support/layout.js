// What `tests/support/layout.py` asks a page: returns what does not fit on it, each in words.
() => {
  const faults = [];
  const root = document.querySelector("dialog[open]") ?? document.body;
  const name = (el) => {
    const id = el.closest("[data-testid]")?.dataset.testid ?? "";
    const text = (el.textContent ?? "").trim().replace(/\s+/g, " ").slice(0, 40);
    return `<${el.tagName.toLowerCase()}${el.className?.baseVal === undefined && el.className ? "." + String(el.className).split(" ").join(".") : ""}> ${id} "${text}"`;
  };
  // Nothing changes while the page is looked at: what is asked of an element, and of those that it stands in, is found out once.
  const once = (find) => {
    const known = new Map();
    return (el) => {
      if (!known.has(el)) known.set(el, find(el));
      return known.get(el);
    };
  };
  const clipped = once((el) => {
    const style = getComputedStyle(el);
    if (el.classList.contains("visually-hidden") || style.clipPath !== "none" || style.clip !== "auto") return true;
    return el.parentElement !== null && clipped(el.parentElement);
  });
  const shown = once((el) => {
    if (!el.checkVisibility({ opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true })) return false;
    if (clipped(el)) return false;
    const box = el.getBoundingClientRect();
    return box.width > 0 && box.height > 0;
  });
  const cuts = (value) => value === "hidden" || value === "clip";
  const clippersOf = once((el) => {
    if (!el || el === document.documentElement) return [];
    const style = getComputedStyle(el);
    const above = style.position === "fixed" ? [] : clippersOf(el.parentElement);
    return style.overflowX !== "visible" || style.overflowY !== "visible" ? [[el, style], ...above] : above;
  });
  const wide = document.documentElement;
  if (wide.scrollWidth > wide.clientWidth + 1) {
    const out = [...document.body.querySelectorAll("*")].filter((el) => shown(el) && el.getBoundingClientRect().right > wide.clientWidth + 1);
    faults.push(`scrolls sideways: ${wide.scrollWidth} in ${wide.clientWidth} px, by ${out.slice(0, 3).map(name).join(", ")}`);
  }

  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (node.data.trim() && node.parentElement && !node.parentElement.closest("svg, script, style, option, noscript") && shown(node.parentElement)) texts.push(node);
  }
  const rectsOf = (node, from = 0, to = node.length) => {
    const range = document.createRange();
    range.setStart(node, from);
    range.setEnd(node, to);
    return [...range.getClientRects()].filter((rect) => rect.width > 0);
  };
  // Within these a word, a number or a price stays in one piece; what a person wrote elsewhere may break where it must.
  const WHOLE = "button, .button, .badge, .tab, .tab-count, .tab-size, .segmented, kbd, dt, th, [role=tab], summary, .stock-left, .price, .product-facts";
  for (const node of texts) {
    const el = node.parentElement;
    const rects = rectsOf(node);
    if (rects.length === 0) continue;
    for (const [clipper, style] of clippersOf(el)) {
      const box = clipper.getBoundingClientRect();
      const clamped = style.getPropertyValue("-webkit-line-clamp") !== "none" && style.getPropertyValue("-webkit-line-clamp") !== "";
      const beyond = rects.some((rect) => rect.right > box.right + 2 || rect.left < box.left - 2);
      const below = rects.some((rect) => rect.bottom > box.bottom + 3 || rect.top < box.top - 3);
      if (beyond && cuts(style.overflowX)) {
        if (style.textOverflow !== "ellipsis") faults.push(`cut off at the side: ${name(el)}`);
        else if (box.width < 40) faults.push(`nothing left to read (${Math.round(box.width)} px): ${name(el)}`);
        break;
      }
      if (below && cuts(style.overflowY)) {
        if (!clamped && style.textOverflow !== "ellipsis") faults.push(`cut off above or below: ${name(el)}`);
        break;
      }
      if (!cuts(style.overflowX) && style.overflowX !== "visible" && beyond) break;
      if (!cuts(style.overflowY) && style.overflowY !== "visible" && below) break;
    }
    const owner = el.closest("button, .badge, .button");
    if (owner && shown(owner) && !owner.querySelector(".visually-hidden")?.contains(node)) {
      const box = owner.getBoundingClientRect();
      const own = clippersOf(el).some(([clipper]) => owner.contains(clipper));
      if (!own && rects.some((r) => r.right > box.right + 2 || r.left < box.left - 2 || r.bottom > box.bottom + 3 || r.top < box.top - 3))
        faults.push(`runs out of its control: ${name(owner)}`);
    }
    if (el.closest(WHOLE)) {
      // What somebody wrote may be one word wider than any control.
      for (const found of node.data.matchAll(/[\p{L}\p{N}¥$€.,]+/gu)) {
        if (/[\u3040-\u30ff\u3400-\u9fff\uff66-\uff9f]/.test(found[0]) || found[0].length > 24) continue;
        const pieces = rectsOf(node, found.index, found.index + found[0].length);
        const lines = new Set(pieces.map((rect) => Math.round(rect.top / 4)));
        if (pieces.length > 1 && lines.size > 1 && Math.abs(pieces[0].top - pieces.at(-1).top) > 6)
          faults.push(`breaks inside “${found[0]}”: ${name(el)}`);
      }
    }
  }

  const controls = [...root.querySelectorAll("button, a[href], input, select, textarea, summary, [role=slider]")].filter(shown);
  const visibleOf = (el) => {
    let { left, right, top, bottom } = el.getBoundingClientRect();
    for (const [clipper] of clippersOf(el.parentElement)) {
      const box = clipper.getBoundingClientRect();
      left = Math.max(left, box.left), right = Math.min(right, box.right), top = Math.max(top, box.top), bottom = Math.min(bottom, box.bottom);
    }
    return { left, right, top, bottom };
  };
  const seenBoxes = controls.map((el) => [el, visibleOf(el)]).filter(([, b]) => b.right - b.left > 1 && b.bottom - b.top > 1);
  const common = (a, b) => [Math.min(a.right, b.right) - Math.max(a.left, b.left), Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top)];
  // What floats above the page on purpose (a sheet, a toast) covers what lies under it.
  const layerOf = once((el) => {
    if (!el || el === document.body) return null;
    const { position, zIndex } = getComputedStyle(el);
    const floats = position === "fixed" || position === "sticky" || (position === "absolute" && zIndex !== "auto") || el.tagName === "DIALOG";
    return floats ? el : layerOf(el.parentElement);
  });
  const boxes = seenBoxes.map(([el, box]) => [el, box, layerOf(el)]);
  const scrolls = (el) => clippersOf(el.parentElement).some(([, style]) => style.overflowX === "auto" || style.overflowX === "scroll");
  for (const el of controls) {
    const box = el.getBoundingClientRect();
    if ((box.right > wide.clientWidth + 2 || box.left < -2) && !scrolls(el)) faults.push(`beyond the edge: ${name(el)}`);
  }
  for (let i = 0; i < boxes.length; i++) {
    for (let j = i + 1; j < boxes.length; j++) {
      const [a, one, layer] = boxes[i], [b, other, otherLayer] = boxes[j];
      if (one.right <= other.left || other.right <= one.left || one.bottom <= other.top || other.bottom <= one.top) continue;
      if (a.contains(b) || b.contains(a) || layer !== otherLayer) continue;
      if (a.closest("label") && a.closest("label") === b.closest("label")) continue;
      const [x, y] = common(one, other);
      if (x > 2 && y > 2) faults.push(`lies on another: ${name(a)} and ${name(b)}`);
    }
  }
  for (const node of texts) {
    const el = node.parentElement;
    if (el.closest("button, a, summary, label, option")) continue;
    // A mark on a control is drawn over it on purpose, and lets every press through.
    if (getComputedStyle(el).pointerEvents === "none") continue;
    const clips = visibleOf(el);
    const own = layerOf(el);
    for (const [control, box, layer] of boxes) {
      if (clips.right <= box.left || box.right <= clips.left || clips.bottom <= box.top || box.bottom <= clips.top) continue;
      if (control.contains(el) || layer !== own) continue;
      const under = rectsOf(node).some((rect) => {
        const seen = { left: Math.max(rect.left, clips.left), right: Math.min(rect.right, clips.right), top: Math.max(rect.top, clips.top), bottom: Math.min(rect.bottom, clips.bottom) };
        const [x, y] = common(seen, box);
        return x > 3 && y > 4;
      });
      if (under) faults.push(`text under a control: ${name(el)} under ${name(control)}`);
    }
  }
  return [...new Set(faults)];
}
