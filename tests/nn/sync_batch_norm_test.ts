/** Batch normalization over the batches of several processes. */

import { assertEquals } from "@std/assert";
import { resultsOf, startRanks } from "../torch/distributed/start_ranks.ts";

for (const size of [2, 3]) {
  Deno.test(`${size} processes normalize their batches as one process does: values, gradients, statistics`, async () => {
    const ended = await startRanks(size, new URL("sync_batch_norm_child.ts", import.meta.url), {
      within: 120,
    });
    assertEquals(resultsOf(ended), Array(size).fill(true));
  });
}
