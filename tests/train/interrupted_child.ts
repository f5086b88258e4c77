/**
 * A training without a signal of its own: `interrupted_child.ts <folder> <epochs> [worker]`. It says a line at every step.
 */

import * as torch from "../../src/torch/mod.ts";
import { training } from "./trainings.ts";

const [folder, epochs, kind = ""] = "WorkerGlobalScope" in globalThis
  ? new URL(import.meta.url).searchParams.get("args")!.split(",")
  : Deno.args;

if (kind === "worker") {
  const url = new URL(import.meta.url);
  url.searchParams.set("args", `${folder},${epochs}`);
  new Worker(url, { type: "module" });
} else {
  await train();
}

async function train(): Promise<void> {
  using made = training("adamw");
  const encoder = new TextEncoder();
  made.onStep = (step) => {
    Deno.stdout.writeSync(encoder.encode(`step ${step}\n`));
    for (const start = performance.now(); performance.now() < start + 3;);
  };
  const options = { epochs: Number(epochs), progress: false, resume: true };
  const checkpoints = kind === "two"
    ? [`${folder}/one.safetensors`, `${folder}/checkpoint.safetensors`]
    : [`${folder}/checkpoint.safetensors`];
  if (kind === "none") {
    await made.fit({ ...options, resume: false });
  } else if (kind === "two") {
    using other = training("adamw");
    other.onStep = made.onStep;
    await Promise.all([
      made.fit({ ...options, checkpoint: checkpoints[1] }),
      other.fit({ ...options, checkpoint: checkpoints[0] }),
    ]);
  } else {
    await made.fit({ ...options, checkpoint: checkpoints[0] });
  }
  torch.saveSafetensors(`${folder}/student.safetensors`, made.method.stateDict());
}
