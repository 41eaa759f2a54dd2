// The texts of a page as modules, one for each language, so that a page loads only those that are read: `virtual:texts/PACK_LANGUAGE` is an
// object of its files in shared/locales by their names.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const LANGUAGES = ["en", "ja"];
/** What each page needs at its start, and what comes late: files of shared/locales, `*` for any end. */
const PACKS = {
  viewer: ["shared", "viewer"],
  viewer_late: ["settings", "viewer_*"],
  host: ["shared", "staff", "host"],
  host_late: ["plan", "analyst_definitions", "staff_posts", "host_*"],
  analyst: ["shared", "staff", "analyst"],
  analyst_late: ["plan", "analyst_*"],
  studio: ["shared", "staff", "studio"],
  studio_late: ["plan", "staff_posts", "studio_*", "analyst_definitions"],
  receipt: ["shared", "receipt"],
};
const NAME = /^\0?virtual:texts\/(\w+)_(en|ja)$/;
const USE = /createTranslator(?:<[^>]*>)?\(([^)]*)\)/g;
const LOCALES = fileURLToPath(new URL("../shared/locales", import.meta.url));

/** The files of a pack, without language and ending. */
function filesOf(pack) {
  const all = readdirSync(LOCALES).flatMap((name) => (name.endsWith(".en.json") ? [name.slice(0, -".en.json".length)] : []));
  return PACKS[pack].flatMap((wanted) =>
    wanted.endsWith("*") ? all.filter((file) => file.startsWith(wanted.slice(0, -1))) : [wanted],
  );
}

/** Returns the modules that a page may come to, late ones too. */
function reached(entry, infoOf) {
  const found = new Set();
  const open = [entry];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    const info = infoOf(id);
    open.push(...(info?.importedIds ?? []), ...(info?.dynamicallyImportedIds ?? []));
  }
  return found;
}

/** The plugin that makes these modules. */
export function textModules() {
  return {
    name: "showfloor-texts",
    enforce: "pre",
    resolveId: (source) => (NAME.test(source) ? `\0${source}` : null),
    load(id) {
      const [, pack, language] = NAME.exec(id) ?? [];
      if (!pack) return null;
      const read = (file) => JSON.parse(readFileSync(`${LOCALES}/${file}.${language}.json`, "utf8"));
      return `export default ${JSON.stringify(Object.fromEntries(filesOf(pack).map((file) => [file, read(file)])))};`;
    },
  };
}

/** The plugin that refuses to build a page that uses a file of none of its packs. */
export function checkedTexts() {
  const used = new Map();
  return {
    name: "showfloor-checked-texts",
    enforce: "pre",
    transform(code, id) {
      const names = [...code.matchAll(USE)].flatMap(([, list]) => [...list.matchAll(/"(\w+)"/g)].map(([, name]) => name));
      if (names.length > 0) used.set(id, names);
    },
    buildEnd(error) {
      if (error) return;
      const infoOf = (id) => this.getModuleInfo(id);
      for (const entry of [...this.getModuleIds()].filter((id) => infoOf(id)?.isEntry)) {
        const modules = [...reached(entry, infoOf)];
        const there = new Set(modules.flatMap((id) => (NAME.test(id) ? filesOf(NAME.exec(id)[1]) : [])));
        for (const id of modules)
          for (const name of used.get(id) ?? [])
            if (!there.has(name)) this.error(`${id} needs ${name}, which is in no pack of ${entry}`);
      }
    },
  };
}

/** The plugin that has the texts of the start fetched together with the page's script: the server leaves the link of the language that is read. */
export function earlyTexts() {
  return {
    name: "showfloor-early-texts",
    transformIndexHtml: {
      order: "post",
      handler(html, { bundle, path }) {
        const page = path.replace(/^.*\/|\.html$/g, "").replace(/^index$/, "viewer");
        const links = LANGUAGES.flatMap((language) => {
          const chunk = Object.values(bundle ?? {}).find((each) => each.facadeModuleId === `\0virtual:texts/${page}_${language}`);
          return chunk ? `    <link rel="modulepreload" crossorigin hreflang="${language}" href="/${chunk.fileName}">\n` : [];
        });
        // Before the styles: over HTTP/1.1 only six files come at once.
        return html.replace(/^ *<link rel="(modulepreload|stylesheet)"/m, (found) => links.join("") + found);
      },
    },
  };
}
