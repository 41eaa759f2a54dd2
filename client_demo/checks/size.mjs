// The viewer page's script before the video, gzipped, against its budget. Run after a build.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const BUDGET_BYTES = 40 * 1024;
const html = readFileSync("dist/index.html", "utf8");
const scripts = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+\.js)"/g)].map((found) => found[1]);
const bytes = scripts.reduce((sum, path) => sum + gzipSync(readFileSync(`dist${path}`)).length, 0);

process.stdout.write(`viewer script: ${(bytes / 1024).toFixed(1)} KB gzipped of ${BUDGET_BYTES / 1024}\n`);
if (scripts.length === 0 || bytes > BUDGET_BYTES) process.exit(1);
