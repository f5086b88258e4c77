/**
 * Trains with every method, as one of several processes, and prints what came out. `shared_batches_test.ts` starts it.
 */

import * as torch from "../../src/torch/mod.ts";
import { train, TRAININGS } from "./shared_trainings.ts";

torch.setNumThreads(1);
await torch.distributed.withProcessGroup({}, async ({ rank, size }) => {
  const came: Record<string, unknown> = {};
  for (const name of Object.keys(TRAININGS)) came[name] = await train(name, { rank, size });
  console.log(JSON.stringify(came));
});
