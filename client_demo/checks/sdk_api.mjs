// Writes down the SDK's public surface, `sdk/package/api.txt`, so that a change of it is seen where it is made; with --check only says whether
// it is as written.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { declarations, publicSurface } from "../packing/sdk_types.mjs";

const REPORT = "sdk/package/api.txt";
const head =
  "What a program that uses @showfloor/sdk may rely on. Made by `npm run sdk:api` from the declarations; changed there, never here.";
const text = `${[head, ...publicSurface(declarations())].join("\n\n")}\n`;

if (!process.argv.includes("--check")) writeFileSync(REPORT, text);
else if (!existsSync(REPORT) || readFileSync(REPORT, "utf8") !== text) {
  process.stderr.write(
    `${REPORT} is not what the SDK exports: run \`npm run sdk:api\`, and tell in CHANGELOG.md what has changed\n`,
  );
  process.exitCode = 1;
}
