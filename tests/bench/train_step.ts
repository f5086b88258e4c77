/**
 * Images per second of a training step, two threads: (a) a 3-layer MLP on 128x784, (b) the demo's CNN on
 * 128x1x28x28, with AdamW. Prints JSON, best of several rounds.
 *
 *     train_step.ts [device] [dtype]
 *
 * `main.ts` runs this and its PyTorch twin by turns.
 *
 * @module
 */

import { models, nn, optim, torch } from "../../mod.ts";

const [device = "cpu", dtype = "float32"] = Deno.args as [torch.Device, torch.DType];
const batch = 128;

function rate(model: nn.Module, images: torch.Tensor, labels: torch.Tensor): number {
  model.to(device);
  const optimizer = new optim.AdamW(model.parameters(), { lr: 1e-3 });
  const forward = () => nn.functional.crossEntropy(model.forward(images), labels);
  const step = () => {
    using _ = torch.scope();
    const loss = dtype === "float32"
      ? forward()
      : torch.autocast(forward, { device, dtype: "bfloat16" });
    loss.backward();
    optimizer.step();
    optimizer.zeroGrad();
  };
  const synchronize = () => device === "cpu" || torch.cuda.synchronize();
  for (let i = 0; i < 10; i++) step();
  synchronize();
  let least = Infinity;
  for (let round = 0; round < 10; round++) {
    const start = performance.now();
    for (let i = 0; i < 20; i++) step();
    synchronize();
    least = Math.min(least, performance.now() - start);
  }
  return batch * 20 / (least / 1000);
}

torch.setNumThreads(2);
torch.manualSeed(0);
const mlp = new nn.Sequential(
  new nn.Linear(784, 256),
  new nn.ReLU(),
  new nn.Linear(256, 256),
  new nn.ReLU(),
  new nn.Linear(256, 10),
);
const cnn = new models.SmallCnn({ numClasses: 20, widths: [16, 32, 64] });
const labels = torch.randint(0, 10, [batch], { device });
console.log(JSON.stringify({
  mlp: rate(mlp, torch.randn([batch, 784], { device }), labels),
  cnn: rate(cnn, torch.randn([batch, 1, 28, 28], { device }), labels),
}));
