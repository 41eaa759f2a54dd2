// The SDK's declarations, as the compiler writes them, and what of them is public.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const FROM = /(from |import\()"(\.[^"]*)"/g;

/** Returns the declarations of the SDK's modules by their file names. Their imports name files, as strict resolution wants it. */
export function declarations() {
  const folder = mkdtempSync(join(tmpdir(), "showfloor-sdk-"));
  try {
    execFileSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "sdk/package", "--outDir", folder], {
      stdio: ["ignore", "inherit", "inherit"],
    });
    const names = readdirSync(folder).filter((name) => name.endsWith(".d.ts"));
    return new Map(names.sort().map((name) => [name, readFileSync(join(folder, name), "utf8").replace(FROM, '$1"$2.js"')]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Returns a module's top-level declarations by name, without what is private and without comments. */
function declared(text) {
  const plain = text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
  const found = new Map();
  for (const part of plain.split(/^(?=export )/m)) {
    const name = /^export (?:declare )?(?:abstract )?(?:class|interface|type|function|const) (\w+)/.exec(part)?.[1];
    const shown = part
      .split("\n")
      .filter((line) => line.trim() && !/^\s*private /.test(line) && line.trim() !== "export {};")
      .join("\n");
    if (name) found.set(name, shown.trimEnd());
  }
  return found;
}

/** Returns what a program that uses the SDK may rely on: each exported name with its declaration. */
export function publicSurface(modules) {
  const surface = new Map();
  const take = (file, wanted, seen = new Set()) => {
    const text = modules.get(file) ?? "";
    if (seen.has(file)) return;
    const own = declared(text);
    for (const [name, declaration] of own) if (!wanted || wanted.has(name)) surface.set(name, declaration);
    for (const [, star, names, from] of text.matchAll(/^export (?:type )?(?:(\*)|\{([^}]*)\}) from "\.\/([^"]+)\.js"/gm)) {
      const listed = star ? null : names.split(",").map((each) => each.trim().replace(/^type /, ""));
      const through = listed && wanted ? listed.filter((each) => wanted.has(each)) : (listed ?? wanted);
      if (star && wanted) take(`${from}.d.ts`, wanted, new Set([...seen, file]));
      else take(`${from}.d.ts`, through && new Set(through), new Set([...seen, file]));
    }
  };
  take("published.d.ts", null);
  return [...surface].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, declaration]) => declaration);
}
