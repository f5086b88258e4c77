/**
 * Trains with every method, as one of several processes, and writes what came out to the folder that is given.
 * `shared_batches_test.ts` starts it.
 */

import * as torch from "../../src/torch/mod.ts";
import { train, TRAININGS } from "./shared_trainings.ts";

const [folder] = Deno.args;
torch.setNumThreads(1);
await torch.distributed.withProcessGroup({}, async ({ rank, size }) => {
  const came: Record<string, unknown> = {};
  for (const name of Object.keys(TRAININGS)) came[name] = await train(name, { rank, size });
  Deno.writeTextFileSync(`${folder}/${rank}.json`, JSON.stringify(came));
});
