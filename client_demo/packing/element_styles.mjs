// The pages' styles for an element in somebody else's page: what they say of the document and of the screen is said of the element's frame.
const FRAME = ".frame";
const ROOT_FONT_PX = 16;

const isOf = (node, folder) => node.source?.input.file?.replaceAll("\\", "/").includes(`/client_demo/${folder}`) ?? false;

/** `(a) and (b), (c)` of a media query in a container's words: `((a) and (b)) or (c)`. */
function asContainer(params) {
  const sides = params.split(",").map((side) => side.trim());
  if (sides.length === 1) return params;
  return sides.map((side) => (side.includes(" and ") ? `(${side})` : side)).join(" or ");
}

/** A PostCSS plugin. */
export const elementStyles = {
  postcssPlugin: "showfloor-element-styles",
  OnceExit(root) {
    root.walkRules((rule) => {
      if (rule.parent.name === "keyframes") return;
      const moved = rule.selectors.map((each) => each.replace(/^(?::root|html|body)(?![\w-])/, FRAME));
      rule.selectors = [...new Set(moved)];
    });
    root.walkAtRules("media", (rule) => {
      if (!isOf(rule, "viewer/") || !/\((?:min|max)-(?:width|height)/.test(rule.params)) return;
      rule.name = "container";
      rule.params = `showfloor ${asContainer(rule.params)}`;
    });
    root.walkDecls((declaration) => {
      let { value } = declaration;
      // The root's font is the other page's, which may have made a rem anything.
      value = value.replace(/(\d*\.?\d+)rem\b/g, (_, n) => `${Number(n) * ROOT_FONT_PX}px`);
      if (isOf(declaration, "viewer/")) {
        value = value.replace(/(\d*\.?\d+)(?:[sld]?v)([wh])\b/g, "$1cq$2").replace(/env\(safe-area-inset-\w+\)/g, "0px");
      }
      if (declaration.prop.startsWith("--") && isOf(declaration, "shared/tokens.css")) {
        value = `var(--showfloor-${declaration.prop.slice(2)}, ${value.trim()})`;
      }
      declaration.value = value;
    });
  },
};
