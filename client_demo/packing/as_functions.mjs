// Modules as functions, so that their state is there once for each call: a page, and what of it is loaded late.

const EXPORTS = /\bexport\s*\{([^}]*)\};?\s*$/;
const IMPORTS = /^import\s*\{([^}]*)\}\s*from\s*"\.\/page\.js";?\s*/;

/** The pairs of `a as b, c` as [["a", "b"], ["c", "c"]]. */
function pairs(list) {
  return list
    .split(",")
    .map((each) => each.trim())
    .filter(Boolean)
    .map((each) => {
      const [from, to = from] = each.split(/\s+as\s+/);
      return [from, to];
    });
}

/** Splits a module into its body and what it exports, as [[own name, exported name], …]. */
function exported(code) {
  const found = EXPORTS.exec(code);
  if (!found) throw new Error("the module exports nothing at its end");
  return { body: code.slice(0, found.index), names: pairs(found[1]) };
}

const asObject = (names) => `{ ${names.map(([own, name]) => `${JSON.stringify(name)}: ${own}`).join(", ")} }`;

/**
 * Returns the page as `openPage(place)`, which gives what its function `open` gives. What it loads late comes once for each page from
 * `lateUrl`, as `openLate`.
 */
export function pageAsFunction(code, lateUrl) {
  const { body, names } = exported(code);
  const open = names.find(([, name]) => name === "open")?.[0];
  if (!open || /^\s*import\s/m.test(body)) throw new Error("the page must export `open`, and import nothing at its start");
  const late = body.replace(/\bimport\("\.\/late\.js"\)/g, "SHOWFLOOR_LATE()");
  return `export const openPage = (SHOWFLOOR_PLACE) => {
let SHOWFLOOR_LOADED = null;
const SHOWFLOOR_LATE = () => {
  SHOWFLOOR_LOADED ??= import(${JSON.stringify(lateUrl)}).then(({ openLate }) => openLate(SHOWFLOOR_PAGE, SHOWFLOOR_PLACE));
  SHOWFLOOR_LOADED.catch(() => { SHOWFLOOR_LOADED = null; });
  return SHOWFLOOR_LOADED;
};
${late}
const SHOWFLOOR_PAGE = ${asObject(names)};
return ${open}();
};
`;
}

/** Returns what a page loads late as `openLate(page, place)`: it takes from the page what it would have imported, and gives what it exports. */
export function lateAsFunction(code) {
  const { body, names } = exported(code);
  const taken = IMPORTS.exec(body);
  if (!taken) throw new Error("what comes late imports nothing from the page");
  const rest = body.slice(taken[0].length);
  if (/^\s*import\s/m.test(rest)) throw new Error("what comes late imports more than the page");
  const from = pairs(taken[1]).map(([name, own]) => `${JSON.stringify(name)}: ${own}`);
  return `export const openLate = (SHOWFLOOR_PAGE, SHOWFLOOR_PLACE) => {
const { ${from.join(", ")} } = SHOWFLOOR_PAGE;
${rest}
return ${asObject(names)};
};
`;
}
