/**
 * Trains with every method, as one of several processes, and prints what came out. `shared_batches_test.ts` starts it.
 */

import * as torch from "../../src/torch/mod.ts";
import { trainAll } from "./shared_trainings.ts";

torch.setNumThreads(1);
await torch.distributed.withProcessGroup({}, async ({ rank, size }) => {
  console.log(JSON.stringify(await trainAll({ rank, size })));
});
