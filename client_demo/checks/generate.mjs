// Writes sdk/wire.generated.ts from the schema that the server writes of its own structs; with --check only says whether it is as it would be.
import { readFileSync, writeFileSync } from "node:fs";
import { compile } from "json-schema-to-typescript";

const SCHEMA = "sdk/wire.schema.json";
const TYPES = "sdk/wire.generated.ts";

const schema = JSON.parse(readFileSync(SCHEMA, "utf8"));
const types = await compile({ ...schema, title: "Wire" }, "Wire", {
  additionalProperties: false,
  unreachableDefinitions: true,
  ignoreMinAndMaxItems: true,
  bannerComment: "// Generated from wire.schema.json by `npm run generate`; changed there, never here.",
});

if (!process.argv.includes("--check")) writeFileSync(TYPES, types);
else if (readFileSync(TYPES, "utf8") !== types) {
  process.stderr.write(`${TYPES} is not what ${SCHEMA} says: run \`npm run generate\`\n`);
  process.exit(1);
}
