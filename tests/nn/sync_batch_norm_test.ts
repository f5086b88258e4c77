/** Batch normalization over the batches of several processes. */

import { runRanks } from "../ranks.ts";

for (const size of [2, 3]) {
  Deno.test(`${size} processes normalize their batches as one process does: values, gradients, statistics`, async () => {
    await runRanks(new URL("sync_batch_norm_child.ts", import.meta.url), size);
  });
}
