/**
 * Images per second of published architectures at 224 pixels: forward in inference mode and a training step, each
 * with both memory formats, of which the faster counts. Prints JSON.
 *
 *     throughput.ts [models, separated by commas] [device] [dtype] [batch]
 *
 * `main.ts` runs this and its twin in Python by turns.
 *
 * @module
 */

import { models, nn, optim, torch } from "../../mod.ts";

const [names, device = "cpu", dtype = "float32", size = "8"] = Deno.args as [
  string,
  torch.Device,
  torch.DType,
  string,
];
const batch = Number(size);
const rounds = 10;

const synchronize = () => device === "cpu" || torch.cuda.synchronize();

/** The best rate of several rounds, in images a second. */
function rate(step: () => void): number {
  for (let i = 0; i < 2; i++) step();
  synchronize();
  let least = Infinity;
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    step();
    synchronize();
    least = Math.min(least, performance.now() - start);
  }
  return batch / (least / 1000);
}

function cast<R>(body: () => R): R {
  return dtype === "float32" ? body() : torch.autocast(body, { device, dtype: "bfloat16" });
}

if (device === "cpu") torch.setNumThreads(2);
const results: Record<string, number> = {};
for (const name of names.split(",")) {
  torch.manualSeed(0);
  using model = models.create(name, { numClasses: 1000 });
  const labels = torch.randint(0, 1000, [batch], { device });
  for (const memoryFormat of ["contiguous", "channelsLast"] as const) {
    model.to({ device, memoryFormat });
    const images = torch.randn([batch, 3, 224, 224]).to({ device, memoryFormat });
    model.eval();
    const forward = rate(() => {
      using _ = torch.scope();
      torch.inferenceMode(() => cast(() => model.forward(images)));
    });
    model.train();
    using optimizer = new optim.SGD(model.parameters(), { lr: 1e-3, momentum: 0.9 });
    const training = rate(() => {
      using _ = torch.scope();
      cast(() => nn.functional.crossEntropy(model.forward(images), labels)).backward();
      optimizer.step();
      optimizer.zeroGrad();
    });
    results[`${name} forward ${memoryFormat}`] = forward;
    results[`${name} training ${memoryFormat}`] = training;
  }
}
console.log(JSON.stringify(results));
