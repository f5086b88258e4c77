/**
 * Names every docstring that does not name its subject: one that begins with "Of", or with a pronoun that stands for
 * nothing said before. Exits with 1 if there is one.
 *
 *     deno run -A tests/gates/words.ts [FILE or FOLDER ...]      src, ffi and mod.ts by default
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { sources } from "./sources.ts";
import { subjectless } from "./subjectless.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const places = Deno.args.length > 0 ? Deno.args : ["mod.ts", "ffi", "src"];
let faults = 0;
for (const file of places.flatMap((place) => [...sources(root, place)])) {
  for (const { line, text } of subjectless(Deno.readTextFileSync(root + file))) {
    console.log(`${file}:${line}: ${text}`);
    faults++;
  }
}
console.log(faults === 0 ? "every docstring names its subject" : `${faults} docstrings`);
if (faults > 0) Deno.exit(1);
