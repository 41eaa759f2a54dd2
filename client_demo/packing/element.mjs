// Builds the element: one script, dist/element/showfloor.js, and the player beside it, which is loaded when there is HLS to play.
//
// A page of ours is a set of modules with a state of their own, and so is each element: the modules are put into a function, which is called once
// for each element with its place (shared/place.ts).
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import { compressed } from "./compressed.mjs";
import { elementStyles } from "./element_styles.mjs";

const BUDGET_BYTES = 60 * 1024;
const FACTORY = "virtual:page-factory";

/** Returns the code of one entry with all that it imports, and what of it is not to be bundled left to `plugins`. */
async function bundle(entry, { minify, plugins = [], css }) {
  const made = await build({
    configFile: false,
    logLevel: "error",
    publicDir: false,
    oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
    ...(css && { css }),
    plugins,
    build: {
      write: false,
      target: "es2022",
      minify,
      modulePreload: false,
      lib: { entry, formats: ["es"] },
      rolldownOptions: { output: { codeSplitting: false, minify: minify !== false } },
    },
  });
  const [output] = Array.isArray(made) ? made : [made];
  const chunks = output.output.filter((each) => each.type === "chunk");
  if (chunks.length !== 1) throw new Error(`${entry} came in ${chunks.length} pieces`);
  return chunks[0].code;
}

/** Puts a module into a function: what it exports under `exported` is returned. */
function asFunction(code, exported) {
  const found = /\bexport\s*\{\s*(\w+)(?:\s+as\s+(\w+))?\s*\};?\s*$/.exec(code);
  if (!found || (found[2] ?? found[1]) !== exported) throw new Error(`the page exports something else than ${exported}`);
  if (/^\s*import\s/m.test(code)) throw new Error("the page imports something at its start");
  return `export const openPage = (SHOWFLOOR_PLACE) => {\n${code.slice(0, found.index)}\nreturn ${found[1]}();\n};\n`;
}

const player = await bundle("viewer/video/hls_way.ts", { minify: "oxc" });
const playerName = `hls-${createHash("sha256").update(player).digest("base64url").slice(0, 8)}.js`;
const playerApart = {
  name: "showfloor-player",
  enforce: "pre",
  resolveId: (source) => (source === "./hls_way" ? { id: `../assets/${playerName}`, external: true } : null),
};
const page = asFunction(await bundle("element/page.tsx", { minify: false, plugins: [playerApart] }), "open");
const factory = {
  name: "showfloor-page-factory",
  resolveId: (source) =>
    source === FACTORY ? FACTORY : source.startsWith("../assets/hls-") ? { id: source, external: true } : null,
  load: (id) => (id === FACTORY ? page : null),
};
const script = await bundle("element/main.ts", {
  minify: "oxc",
  plugins: [factory],
  css: { postcss: { plugins: [elementStyles] } },
});

mkdirSync("dist/element", { recursive: true });
mkdirSync("dist/assets", { recursive: true });
compressed(`dist/assets/${playerName}`, player);
compressed("dist/element/showfloor.js", script);
const bytes = gzipSync(readFileSync("dist/element/showfloor.js")).length;
process.stdout.write(`element: ${(bytes / 1024).toFixed(1)} KB gzipped of ${BUDGET_BYTES / 1024}\n`);
if (bytes > BUDGET_BYTES) process.exit(1);
