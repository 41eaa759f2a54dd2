// Builds the SDK's package: one folder as it is published, and the tarball of it. The same sources make the same bytes.
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import { declarations } from "./sdk_types.mjs";

const BUDGET_BYTES = 12 * 1024;
const target = resolve(process.argv[2] ?? "../build");
const folder = join(target, "sdk");
const dist = join(folder, "dist");

rmSync(folder, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });
await build({
  configFile: false,
  logLevel: "error",
  publicDir: false,
  build: {
    outDir: dist,
    emptyOutDir: true,
    target: "es2022",
    sourcemap: true,
    minify: "oxc",
    lib: { entry: "sdk/published.ts", formats: ["es"] },
    rolldownOptions: { output: { minify: true, entryFileNames: "index.js", chunkFileNames: "[name].js" } },
  },
});
for (const [name, text] of declarations()) writeFileSync(join(dist, name), text);
for (const name of ["package.json", "README.md"]) copyFileSync(join("sdk/package", name), join(folder, name));

const scripts = readdirSync(dist).filter((name) => name.endsWith(".js"));
const bytes = scripts.reduce((sum, name) => sum + gzipSync(readFileSync(join(dist, name)), { level: 9 }).length, 0);
const [packed] = JSON.parse(
  execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", target], { cwd: folder, encoding: "utf8" }),
);
process.stdout.write(`${join(target, packed.filename)}: ${(bytes / 1024).toFixed(1)} KB gzipped of ${BUDGET_BYTES / 1024}\n`);
if (scripts.length === 0 || bytes > BUDGET_BYTES) process.exit(1);
