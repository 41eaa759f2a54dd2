// Writes the types of the wire and of the figures from the schemas that the server writes of its own structs; with --check only says whether
// they are as they would be.
import { readFileSync, writeFileSync } from "node:fs";
import { compile } from "json-schema-to-typescript";

const GENERATED = [
  { schema: "sdk/wire.schema.json", types: "sdk/wire.generated.ts", name: "Wire" },
  { schema: "analyst/report.schema.json", types: "analyst/report.generated.ts", name: "Figures" },
];
const check = process.argv.includes("--check");

/** Without what would only make more types: a property's title is its name in other letters, and a reference is told by its name alone. */
function plain(node) {
  if (Array.isArray(node)) return node.map(plain);
  if (!node || typeof node !== "object") return node;
  if (typeof node.$ref === "string") return { $ref: node.$ref };
  const kept = Object.entries(node).filter(([key, value]) => key !== "title" || typeof value !== "string");
  return Object.fromEntries(kept.map(([key, value]) => [key, plain(value)]));
}

for (const { schema, types, name } of GENERATED) {
  const definitions = JSON.parse(readFileSync(schema, "utf8"));
  const source = schema.slice(schema.lastIndexOf("/") + 1);
  const text = await compile({ ...(name === "Wire" ? definitions : plain(definitions)), title: name }, name, {
    additionalProperties: false,
    unreachableDefinitions: true,
    ignoreMinAndMaxItems: true,
    bannerComment: `// Generated from ${source} by \`npm run generate\`; changed there, never here.`,
  });
  if (!check) writeFileSync(types, text);
  else if (readFileSync(types, "utf8") !== text) {
    process.stderr.write(`${types} is not what ${schema} says: run \`npm run generate\`\n`);
    process.exitCode = 1;
  }
}
