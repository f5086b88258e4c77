/**
 * Names every import that goes upward and every circle, of types too. Exits with 1 if there is one.
 *
 *     deno run -A tests/gates/rooms.ts
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { directionFaults } from "./direction.ts";
import { EXCEPTED, FLOORS, ONLY } from "./floors.ts";
import { importGraph } from "./import_graph.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const graph = await importGraph(root, ["mod.ts", "ffi", "src"]);
const faults = directionFaults(graph, { floors: FLOORS, only: ONLY, excepted: EXCEPTED });
for (const fault of faults) console.log(fault);
console.log(
  faults.length === 0
    ? `${graph.size} files: every import goes down, no circle`
    : `${graph.size} files, ${faults.length} faults; the order of the rooms is in tests/gates/floors.ts`,
);
Deno.exit(faults.length === 0 ? 0 : 1);
