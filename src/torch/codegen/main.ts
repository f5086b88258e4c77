/**
 * `deno task codegen`: writes `src/torch/operators.gen.ts` anew from the libtorch that is loaded.
 *
 * @module
 */

import { generate, generatedFile } from "./generate.ts";

const text = await generate();
Deno.writeTextFileSync(generatedFile, text);
const count = text.match(/aten::[\w.]+ [A-Za-z]*>/g)!.length;
console.log(
  `Wrote ${generatedFile.pathname}: ${count} operators, ${text.split("\n").length} lines.`,
);
