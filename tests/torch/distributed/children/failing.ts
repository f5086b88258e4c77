/** Works together with the others until one process does something to itself; prints the error that it is told. */

import { DistributedError } from "../../../../src/base/errors.ts";
import * as torch from "../../../../src/torch/mod.ts";

const { distributed } = torch;
const [deed, culprit, timeout, reduces] = Deno.args;

const deeds: Record<string, () => void> = {
  kill: () => Deno.kill(Deno.pid, "SIGKILL"),
  exit: () => Deno.exit(3),
  stop: () => Deno.kill(Deno.pid, "SIGSTOP"),
  throw: () => {
    throw new Error("no space left");
  },
  slow: () => {
    const end = performance.now() + 1000 * (Number(timeout) + 2.5);
    while (performance.now() < end);
  },
};

try {
  await distributed.withProcessGroup({ timeout: Number(timeout) }, ({ rank }) => {
    const parameter = torch.ones([1000], { requiresGrad: true });
    using reducer = new distributed.Reducer([parameter]);
    for (let step = 0; step < 30; step++) {
      if (step === 20 && rank === Number(culprit)) deeds[deed]();
      torch.scope(() => {
        if (reduces === "all") return void distributed.allReduce(torch.ones([50_000]));
        const loss = parameter.sum();
        reducer.prepareForBackward(loss);
        loss.backward();
      });
    }
    parameter.dispose();
  });
} catch (error) {
  if (!(error instanceof DistributedError)) throw error;
  console.log(JSON.stringify({ blamed: error.rank, message: error.message }));
}
