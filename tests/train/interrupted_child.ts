/**
 * A training without a signal of its own: `interrupted_child.ts <folder> <epochs> <kind> <at>`. It says a line at every
 * step. Once every training of this process has made `at` steps it waits until there is a file `<folder>.go`, which says that
 * the signal was sent, and is slow from then on, so that the signal finds it at work on the busiest machine.
 */

import * as torch from "../../src/torch/mod.ts";
import { training } from "./trainings.ts";

const [folder, epochs, kind, at] = "WorkerGlobalScope" in globalThis
  ? new URL(import.meta.url).searchParams.get("args")!.split(",")
  : Deno.args;

if (kind === "worker") {
  const url = new URL(import.meta.url);
  url.searchParams.set("args", `${folder},${epochs},plain,${at}`);
  new Worker(url, { type: "module" });
} else {
  await train();
}

async function train(): Promise<void> {
  using made = training("adamw");
  const trainings = kind === "two" ? 2 : 1;
  const steps = [0, 0];
  let sent = false;
  const pace = (training: number) => () => {
    steps[training]++;
    Deno.stdout.writeSync(new TextEncoder().encode(`step ${steps}\n`));
    const due = Number(at) > 0 && steps.slice(0, trainings).every((done) => done >= Number(at));
    if (due && !sent) {
      Deno.stdout.writeSync(new TextEncoder().encode("ready\n"));
      while (!exists(`${folder}.go`)) pause(5);
      sent = true;
    }
    pause(sent ? 40 : 3);
  };
  made.onStep = pace(0);
  const options = { epochs: Number(epochs), progress: false, resume: true };
  const checkpoints = kind === "two"
    ? [`${folder}/one.safetensors`, `${folder}/checkpoint.safetensors`]
    : [`${folder}/checkpoint.safetensors`];
  if (kind === "none") {
    await made.fit({ ...options, resume: false });
  } else if (kind === "two") {
    using other = training("adamw");
    other.onStep = pace(1);
    await Promise.all([
      made.fit({ ...options, checkpoint: checkpoints[1] }),
      other.fit({ ...options, checkpoint: checkpoints[0] }),
    ]);
  } else {
    await made.fit({ ...options, checkpoint: checkpoints[0] });
  }
  torch.saveSafetensors(`${folder}/student.safetensors`, made.method.stateDict());
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** Keeps the thread busy, as a step does. */
function pause(milliseconds: number): void {
  for (const start = performance.now(); performance.now() < start + milliseconds;);
}
