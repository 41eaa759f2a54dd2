// Builds the element: one script, dist/element/showfloor.js, and beside it what is loaded late: the rest of the page, and the player. And the
// tag of the shop's thank-you page, dist/element/thank-you.js.
//
// A page of ours is a set of modules with a state of their own, and so is each element: the modules are put into functions, which are called once
// for each element with its place (shared/place.ts).
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import { lateAsFunction, pageAsFunction } from "./as_functions.mjs";
import { compressed } from "./compressed.mjs";
import { elementStyles } from "./element_styles.mjs";
import { textModules } from "./texts.mjs";

const BUDGET_BYTES = 60 * 1024;
const PRELOAD_HELPER = "\0vite/preload-helper.js";

/** What a build loads late has no styles of its own here, so nothing must be fetched before it. */
const plainLoads = {
  name: "showfloor-plain-loads",
  enforce: "pre",
  load: (id) => (id === PRELOAD_HELPER ? "export const __vitePreload = (load) => load();" : null),
};

/** A module that is no file: `code` under the name of `id`. */
const virtual = (id, code) => ({
  name: "showfloor-virtual",
  resolveId: (source) => (source === id ? id : null),
  load: (asked) => (asked === id ? code : null),
});

/** Imports that stay as they are, since what they name is built apart. */
const apart = (isApart, url) => ({
  name: "showfloor-apart",
  enforce: "pre",
  resolveId: (source) => (isApart(source) ? { id: url ?? source, external: true } : null),
});

/** Returns the chunks of one entry by their names. */
async function bundle(entry, { output, plugins = [], css }) {
  const made = await build({
    configFile: false,
    logLevel: "error",
    publicDir: false,
    oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
    ...(css && { css }),
    plugins: [plainLoads, ...plugins, textModules()],
    build: {
      write: false,
      target: "es2022",
      minify: output.minify ? "oxc" : false,
      modulePreload: false,
      rolldownOptions: {
        input: { page: entry },
        preserveEntrySignatures: "allow-extension",
        output: { format: "es", entryFileNames: "[name].js", chunkFileNames: "[name].js", ...output },
      },
    },
  });
  return new Map(made.output.filter((each) => each.type === "chunk").map((each) => [each.fileName, each.code]));
}

/** Returns one entry with all that it imports, made small. */
async function whole(entry, options = {}) {
  const made = await bundle(entry, { ...options, output: { codeSplitting: false, minify: true } });
  if (made.size !== 1) throw new Error(`${entry} came in ${made.size} pieces`);
  return made.get("page.js");
}

/** Writes what is loaded late under a name that changes with its contents, and returns the address that the element asks for. */
function writeLate(name, code) {
  const file = `${name}-${createHash("sha256").update(code).digest("base64url").slice(0, 8)}.js`;
  compressed(`dist/assets/${file}`, code);
  return `../assets/${file}`;
}

/** A style sheet's file with all that it imports. */
function sheetsOf(file) {
  const imports = [...readFileSync(file, "utf8").matchAll(/@import "([^"]+)"/g)].map(([, path]) => join(dirname(file), path));
  return [file, ...imports.flatMap(sheetsOf)];
}

// What a module imports is left out of a function: the element has the styles that its own sheet names, and must name them all.
const named = new Set(sheetsOf("element/looks.css"));
const unnamed = readdirSync("viewer", { recursive: true })
  .filter((name) => name.endsWith(".css"))
  .map((name) => join("viewer", name))
  .filter((file) => !named.has(file));
if (unnamed.length > 0) throw new Error(`element/looks.css does not import ${unnamed.join(", ")}`);

mkdirSync("dist/element", { recursive: true });
mkdirSync("dist/assets", { recursive: true });
const isBuiltApart = (source) => source.startsWith("../assets/");

const playerUrl = writeLate("element-hls", await whole("viewer/video/hls_way.ts"));
const LATE_TEXTS = ["virtual:texts/viewer_late_en", "virtual:texts/viewer_late_ja"];
const textsApart = [];
for (const id of LATE_TEXTS)
  textsApart.push(apart((source) => source === id, writeLate(`element-${id.slice(-"late_en".length)}`, await whole(id))));
const pieces = await bundle("element/page.tsx", {
  plugins: [apart((source) => source === "./hls_way", playerUrl), ...textsApart],
  output: {
    minify: false,
    codeSplitting: {
      includeDependenciesRecursively: false,
      groups: [
        { name: "page", test: /./, tags: ["$initial"], priority: 2 },
        { name: "late", test: /./, priority: 1 },
      ],
    },
  },
});
if ([...pieces.keys()].sort().join() !== "late.js,page.js") throw new Error(`the page came as ${[...pieces.keys()]}`);
const LATE = "virtual:late";
const late = lateAsFunction(pieces.get("late.js"));
const lateUrl = writeLate("element-late", await whole(LATE, { plugins: [virtual(LATE, late), apart(isBuiltApart)] }));
const page = pageAsFunction(pieces.get("page.js"), lateUrl);
const script = await whole("element/main.ts", {
  plugins: [virtual("virtual:page-factory", page), apart(isBuiltApart)],
  css: { postcss: { plugins: [elementStyles] } },
});
compressed("dist/element/showfloor.js", script);

// A script that is no module: its names stay its own.
compressed("dist/element/thank-you.js", `(()=>{${await whole("element/thank_you.ts")}})();\n`);

const bytes = gzipSync(readFileSync("dist/element/showfloor.js")).length;
const lateBytes = gzipSync(readFileSync(`dist/element/${lateUrl}`)).length;
const inKb = (n) => (n / 1024).toFixed(1);
process.stdout.write(`element: ${inKb(bytes)} KB gzipped of ${BUDGET_BYTES / 1024}, and ${inKb(lateBytes)} late\n`);
if (bytes > BUDGET_BYTES) process.exit(1);
