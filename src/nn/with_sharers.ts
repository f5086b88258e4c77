/**
 * Work on a batch that several processes share.
 *
 * @module
 */

import type { ProcessGroup } from "../torch/distributed/mod.ts";
import { setSharers } from "./sharers.ts";

/**
 * Runs `body`, which is synchronous, for one batch: layers in it that take statistics of a batch take them over all processes
 * that share it. `distill.Method.step` does it; whoever computes losses of shared batches by themselves does it too.
 *
 * @param group Who shares the batch; null for a whole one, of which each process takes statistics by itself.
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * using norm = new nn.SyncBatchNorm(8);
 * const images = torch.randn([4, 8, 5, 5]);
 * nn.withSharers(null, () => norm.forward(images)); // as BatchNorm2d, in any group of processes
 * ```
 */
export function withSharers<T>(group: ProcessGroup | null, body: () => T): T {
  const before = setSharers(group !== null && group.size > 1 ? group : null);
  try {
    return body();
  } finally {
    setSharers(before);
  }
}
