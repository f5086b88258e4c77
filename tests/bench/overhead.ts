/**
 * What one operator costs on 1x1 tensors, one thread, as the public API is used: results are left to
 * a scope of 100 calls. (On a card it is the processor's time to ask for it.) Prints JSON: microseconds per call, best of several rounds.
 *
 *     overhead.ts [device]
 *
 * `main.ts` runs this and its PyTorch twin by turns.
 *
 * @module
 */

import { torch } from "../../mod.ts";

const [device = "cpu"] = Deno.args as [torch.Device];

const calls = 100;
const loops = 300;

function best(body: () => void): number {
  let least = Infinity;
  for (let round = 0; round < 15; round++) {
    const start = performance.now();
    for (let i = 0; i < loops; i++) {
      using _ = torch.scope();
      body();
    }
    least = Math.min(least, performance.now() - start);
  }
  return least * 1e3 / (loops * calls);
}

torch.setNumThreads(1);
const b = torch.ones([1, 1], { device });

function measure(mode: string, a: torch.Tensor): Record<string, number> {
  return {
    [`${mode} add`]: best(() => {
      for (let i = 0; i < calls; i++) a.add(b);
    }),
    [`${mode} matmul`]: best(() => {
      for (let i = 0; i < calls; i++) a.matmul(b);
    }),
    [`${mode} relu`]: best(() => {
      for (let i = 0; i < calls; i++) a.relu();
    }),
  };
}

const plain = torch.ones([1, 1], { device });
const leaf = torch.ones([1, 1], { device, requiresGrad: true });
console.log(JSON.stringify({
  ...measure("plain", plain),
  ...torch.noGrad(() => measure("noGrad", plain)),
  ...torch.inferenceMode(() => measure("inferenceMode", plain)),
  ...measure("grad", leaf),
}));
