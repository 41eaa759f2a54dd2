// Writes the notices of everything foreign that the pages' build really carries, from the packages' own files; with --check only says whether
// they are as they would be. What is bundled is asked of the bundler, so a package that is no longer drawn in is no longer named.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "vite";

const NOTICES = "public/licenses.txt";
const WANTED = /^(licen[cs]e|copying|notice)|\.license\.txt$/i;
/** The bundler's own code in the output, by the names of its virtual modules. */
const RUNTIMES = { "\0vite/": "vite", "\0rolldown/": "rolldown" };
/** Where a file goes on to what the package carries for its own work, which the pages do not carry. */
const OWN_ENDS = /\n# Licenses of bundled dependencies[\s\S]*$/;
/** What a package has in its files without saying so in them. */
const WITHIN = {
  "hls.js": [
    "eventemitter3 (MIT), Copyright (c) 2014 Arnout Kazemier, under the terms of the MIT licence as printed for preact in this file.",
    "url-toolkit (Apache-2.0), Copyright (c) 2016 Tom Jenkinson, under the terms printed above.",
  ],
};

async function bundledPackages() {
  const found = new Set();
  const note = (id) => {
    const inModules = /^.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(id.replaceAll("\\", "/"));
    if (inModules && !id.startsWith("\0")) found.add(inModules[1]);
    for (const [prefix, name] of Object.entries(RUNTIMES)) if (id.startsWith(prefix)) found.add(name);
  };
  const collect = {
    name: "showfloor-notices",
    transform(_code, id) {
      if (/\.css(\?|$)/.test(id)) note(id);
    },
    generateBundle(_options, bundle) {
      for (const chunk of Object.values(bundle)) for (const id of chunk.moduleIds ?? []) note(id);
    },
  };
  await build({ logLevel: "silent", build: { write: false, minify: false, cssMinify: false }, plugins: [collect] });
  return [...found].sort();
}

function noticeOf(name) {
  const folder = join("node_modules", name);
  const about = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const files = readdirSync(folder)
    .filter((file) => WANTED.test(file))
    .sort();
  if (!about.license || files.length === 0) throw new Error(`${name} has no licence in its package: find it, and name it here`);
  const texts = files.map((file) =>
    readFileSync(join(folder, file), "utf8").replaceAll("\r\n", "\n").replace(OWN_ENDS, "").trim(),
  );
  const within = (WITHIN[name] ?? []).map((line) => `It carries ${line}`);
  return [`${name} ${about.version} (${about.license})`, ...texts, ...within].join("\n\n");
}

const names = await bundledPackages();
if (!names.includes("preact")) throw new Error("the bundler named no package of ours: has its output another shape?");
const head = `What the pages carry of others, with their licences. Made by \`npm run notices\` from the packages themselves.\n\n${names.join("\n")}`;
const text = `${[head, ...names.map(noticeOf)].join(`\n\n${"-".repeat(80)}\n\n`)}\n`;
if (!process.argv.includes("--check")) writeFileSync(NOTICES, text);
else if (!existsSync(NOTICES) || readFileSync(NOTICES, "utf8") !== text) {
  process.stderr.write(`${NOTICES} is not what the bundled packages say: run \`npm run notices\`\n`);
  process.exitCode = 1;
}
