/**
 * A training in a process of its own, to be killed or interrupted: `child.ts <folder> <epochs>`. It says a
 * line at every step, goes on from the folder's checkpoint, and leaves `student.safetensors` when it is done.
 */

import { withInterrupt } from "../../src/base/interrupt.ts";
import * as torch from "../../src/torch/mod.ts";
import { MetricsLog } from "../../src/report/metrics.ts";
import { training } from "./trainings.ts";

const [folder, epochs] = Deno.args;
await withInterrupt(async (signal) => {
  using made = training("adamw");
  using metrics = new MetricsLog(`${folder}/metrics.jsonl`, { resume: true });
  const encoder = new TextEncoder();
  made.onStep = (step) => {
    Deno.stdout.writeSync(encoder.encode(`step ${step}\n`));
    // Slow enough for signals to find it at work.
    for (const start = performance.now(); performance.now() < start + 3;);
  };
  const { done } = await made.fit({
    epochs: Number(epochs),
    logEvery: 7,
    checkpoint: `${folder}/checkpoint.safetensors`,
    checkpointEvery: 5,
    resume: true,
    progress: false,
    signal,
    metrics,
  });
  if (done) torch.saveSafetensors(`${folder}/student.safetensors`, made.method.stateDict());
});
