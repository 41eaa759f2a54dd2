// Keys that belong to an input method are told apart in one place, `shared/input_method.ts`, which every handler of keys asks. And what
// takes keys or the focus does so in the turn in which it is drawn: an effect that waits for the frame misses a key that comes before it.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

const HELPER = "shared/input_method.ts";
const OWN_JUDGEMENT = /\.isComposing\b|\bkeyCode\b|["'](?:Enter|Escape)["']/g;
const HEARS_KEYS = /onKey(?:Down|Up|Press)=|addEventListener\(\s*["']key(?:down|up|press)["']/;
const WAITS_FOR_THE_FRAME = /\buseEffect\((?:(?!\n {2}\}|\), \[)[\s\S])*/g;
const TAKES_KEYS_OR_FOCUS = /\.focus\(|\.showModal\(|addEventListener\(\s*["']key|\blisten\w*Keys\b/;
const problems = [];

function* filesUnder(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* filesUnder(path);
    else if (/\.tsx?$/.test(name)) yield path;
  }
}

for (const folder of ["sdk", "shared", "viewer", "host", "analyst", "studio"]) {
  for (const path of filesUnder(folder)) {
    if (path === HELPER) continue;
    const source = readFileSync(path, "utf8");
    for (const found of source.matchAll(OWN_JUDGEMENT)) problems.push(`${path}: ${found[0]} is for ${HELPER} alone to ask`);
    if (HEARS_KEYS.test(source) && !source.includes("/input_method"))
      problems.push(`${path}: hears keys and does not ask ${HELPER}`);
    for (const [effect] of source.matchAll(WAITS_FOR_THE_FRAME))
      if (TAKES_KEYS_OR_FOCUS.test(effect))
        problems.push(`${path}: takes keys or the focus in useEffect; useLayoutEffect does so at once`);
  }
}

if (problems.length > 0) {
  process.stderr.write(`${problems.join("\n")}\n`);
  process.exit(1);
}
