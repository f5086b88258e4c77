/**
 * What of a trace its outputs are computed from.
 *
 * @module
 */

import type { Trace } from "../../torch/trace.ts";

/** The indices of the nodes that the outputs need; what was computed beside them is left out. */
export function neededNodes({ nodes, outputs }: Trace): ReadonlySet<number> {
  const wanted = new Set(outputs);
  const needed = new Set<number>();
  for (const [index, node] of [...nodes.entries()].reverse()) {
    if (!node.outputs.some(({ id }) => wanted.has(id))) continue;
    needed.add(index);
    for (const id of node.inputs) wanted.add(id);
  }
  return needed;
}
