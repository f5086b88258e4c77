/**
 * Counts what architectures cost, for `costs.json`: `deno run -A src/models/published/write_costs.ts NAME[@SIDE] ...`. Each
 * that is not in the table runs once, which takes a second for every twenty thousand million multiply-adds.
 *
 * @module
 */

import { writeAtomicSync } from "../../base/files.ts";
import { countForward } from "../count_forward.ts";
import { entry } from "../registry.ts";

if (import.meta.main) {
  const path = new URL("costs.json", import.meta.url);
  const table = JSON.parse(Deno.readTextFileSync(path)) as Record<string, Record<string, number[]>>;
  for (const given of Deno.args) {
    const [name, side = String(entry(name).inputSize)] = given.split("@");
    if (table[name]?.[side] !== undefined) continue;
    const { params, multiplyAdds } = countForward(name, Number(side));
    table[name] = { ...table[name], [side]: [params, multiplyAdds] };
    console.log(name, side, params, multiplyAdds);
    const rows = Object.keys(table).sort().map((key) =>
      `  ${JSON.stringify(key)}: ${JSON.stringify(table[key])}`
    );
    writeAtomicSync(path.pathname, `{\n${rows.join(",\n")}\n}\n`);
  }
}
