/**
 * Milliseconds of a training step of UNIFORM with stored teachers, and the peak memory: D = 512, features of 384,
 * 100 classes, batches of 256, AdamW, two threads. Prints JSON, best of several rounds.
 *
 *     uniform_step.ts [device] [dtype] [teachers]
 *
 * `main.ts` runs this and its PyTorch twin, which goes through the teachers in a loop, by turns.
 *
 * @module
 */

import { data, distill, nn, optim, teachers, torch } from "../../mod.ts";
import { peakMegabytes } from "./peak.ts";

const [device = "cpu", , count = "8"] = Deno.args as [torch.Device, string, string];
const [n, voters] = [Number(count), 8];
const [batch, images, dim, width, classes] = [256, 1024, 384, 512, 100];

class Student extends nn.Classifier {
  readonly featureDim = width;
  readonly numClasses = classes;
  readonly body = new nn.Linear(768, width);
  readonly head = new nn.Linear(width, classes);
  override features(x: torch.Tensor): torch.Tensor {
    return this.body.forward(x.flatten(1));
  }
}

torch.setNumThreads(2);
torch.manualSeed(0);
const list = Array.from({ length: n }, (_, i) => {
  const name = `teacher ${i}`;
  const never = (): never => {
    throw new Error("What is stored is not asked for.");
  };
  return i < voters
    ? teachers.predictive({ name, featureDim: dim, numClasses: classes, run: never })
    : teachers.descriptive({ name, featureDim: dim, features: never });
});
const shelf = new teachers.Shelf(list);
const pixels = torch.scope(() => torch.rand([images, 3, 16, 16]).mul(255).to("uint8"));
const loader = new data.Loader(new data.UnlabelledImages(pixels), { batchSize: batch, device });
const kept = list.map(({ name, numClasses }) => {
  const features = torch.randn([images, dim], { device });
  const logits = numClasses === null ? undefined : torch.randn([images, classes], { device });
  const rows = (_: number, indices: Int32Array) => {
    const [first, count] = [indices[0], indices.length];
    return {
      features: features.narrow(0, first, count),
      ...(logits && { logits: logits.narrow(0, first, count) }),
    };
  };
  return [name, { rows }] as const;
});
shelf.use(loader, new Map(kept));
const student = new Student().to(device);
student.view = { size: [16, 16], mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] };
const method = new distill.Uniform({ student, teachers: shelf, checkFinite: false });
await method.prepare(loader, { progress: false });
const optimizer = new optim.AdamW(method.parameters(), { lr: 1e-3 });
const synchronize = () => device === "cpu" || torch.cuda.synchronize();

function epoch(): void {
  for (using part of loader.epoch(0) as Iterable<data.UnlabelledBatch>) {
    using _ = torch.scope();
    method.step(part).loss.backward();
    optimizer.step();
    optimizer.zeroGrad();
  }
  synchronize();
}

const steps = images / batch;
epoch();
let least = Infinity;
for (let round = 0; round < 5; round++) {
  const start = performance.now();
  epoch();
  least = Math.min(least, performance.now() - start);
}
const megabytes = await peakMegabytes(device);
console.log(JSON.stringify({
  [`${n} teachers, ms a step`]: least / steps,
  ...(megabytes !== undefined && { [`${n} teachers, peak MB`]: megabytes }),
}));
