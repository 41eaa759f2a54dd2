// The viewer page's script before the video, gzipped, against its budget: with the texts of the language that has the longer ones. Run after
// a build.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const BUDGET_BYTES = 40 * 1024;
const html = readFileSync("dist/index.html", "utf8");
const tags = [...html.matchAll(/<[^>]*\b(?:src|href)="(\/assets\/[^"]+\.js)"[^>]*>/g)];
const bytesOf = (path) => gzipSync(readFileSync(`dist${path}`)).length;

let most = 0;
for (const language of ["en", "ja"]) {
  const read = tags.filter(([tag]) => !tag.includes("hreflang") || tag.includes(`hreflang="${language}"`));
  const bytes = read.reduce((sum, [, path]) => sum + bytesOf(path), 0);
  process.stdout.write(`viewer script in ${language}: ${(bytes / 1024).toFixed(1)} KB gzipped of ${BUDGET_BYTES / 1024}\n`);
  most = Math.max(most, bytes);
}
if (most === 0 || most > BUDGET_BYTES) process.exit(1);
