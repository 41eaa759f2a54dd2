// No text that a person reads stands in code, and every language says the same things: checked here, beside Biome's rule for JSX children.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

const LOCALES = "shared/locales";
const READ_ATTRIBUTES = ["aria-label", "title", "alt", "placeholder", "aria-description", "aria-valuetext", "label"];
const problems = [];

function* filesUnder(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* filesUnder(path);
    else if (/\.tsx?$/.test(name)) yield path;
  }
}

function namesIn(text) {
  return [...text.matchAll(/\{(\w+)\}/g)]
    .map((found) => found[1])
    .sort()
    .join(" ");
}

function checkLanguages() {
  const pages = readdirSync(LOCALES).filter((name) => name.endsWith(".en.json"));
  for (const page of pages) {
    const en = JSON.parse(readFileSync(join(LOCALES, page), "utf8"));
    const ja = JSON.parse(readFileSync(join(LOCALES, page.replace(".en.", ".ja.")), "utf8"));
    for (const key of new Set([...Object.keys(en), ...Object.keys(ja)])) {
      if (!(key in en) || !(key in ja)) problems.push(`${page}: ${key} is not in both languages`);
      else if (!en[key] || !ja[key]) problems.push(`${page}: ${key} is empty`);
      else if (namesIn(en[key]) !== namesIn(ja[key])) problems.push(`${page}: ${key} names other values in ja`);
    }
  }
}

function checkCode(path) {
  const source = readFileSync(path, "utf8");
  const attribute = new RegExp(
    `\\s(${READ_ATTRIBUTES.join("|")})=(?:"([^"]*[\\p{L}][^"]*)"|\\{\`[^\`$]*\\p{L}[^\`]*\`\\})`,
    "gu",
  );
  for (const found of source.matchAll(attribute)) problems.push(`${path}: ${found[0].trim()} is text in code`);
  for (const found of source.matchAll(/\{"([^"]*\p{L}[^"]*)"\}/gu)) problems.push(`${path}: ${found[0]} is text in code`);
  for (const found of source.matchAll(/showToast\(\s*["`]/g)) problems.push(`${path}: ${found[0]}… is text in code`);
  if (/\.(innerHTML|outerHTML)\s*=|insertAdjacentHTML|document\.write/.test(source))
    problems.push(`${path}: builds HTML from text`);
}

function checkUse(keysOf) {
  const source = ["viewer", "host", "analyst", "studio", "shared"]
    .flatMap((f) => [...filesUnder(f)])
    .map((f) => readFileSync(f, "utf8"))
    .join("\n");
  for (const key of keysOf) {
    const stem = key.replace(/\.(one|other)$/, "");
    const family = stem.split(".").slice(0, -1).join(".");
    const used =
      source.includes(`"${stem}"`) || source.includes(`\`${family}.\${`) || source.includes(`\`${stem.split(".")[0]}.\${`);
    if (!used) problems.push(`${key} is not used by any page`);
  }
}

checkLanguages();
for (const folder of ["sdk", "shared", "viewer", "host", "analyst", "studio", "receipt"])
  for (const path of filesUnder(folder)) checkCode(path);
const studio = readdirSync(LOCALES).flatMap((name) => (/^studio.*\.en\.json$/.test(name) ? [name.slice(0, -8)] : []));
for (const page of ["viewer", "viewer_late", ...studio])
  checkUse(Object.keys(JSON.parse(readFileSync(join(LOCALES, `${page}.en.json`), "utf8"))));

if (problems.length > 0) {
  process.stderr.write(`${problems.join("\n")}\n`);
  process.exit(1);
}
