/**
 * Steps a second of `train.fit` on images that lie on the device already. Prints JSON.
 *
 *     steps.ts resnet|uniform|custom-kd DEVICE small|full [TEACHERS] [captured]
 *
 * `resnet`: a ResNet-50 by labels, 224 px, batches of 128, bfloat16, channels-last, SGD. `uniform`: UNIFORM with stored teachers,
 * as tests/bench/uniform_step.ts. `custom-kd`: the second stage of CustomKD with a ViT-L that looks at every batch, bfloat16.
 * `small` has the same code with small networks, for the processor. `steps.py` is the twin.
 *
 * @module
 */

import { data, distill, models, type nn, optim, teachers, torch, train } from "../../../mod.ts";
import { Linear } from "../../../src/nn/mod.ts";
import { Classifier } from "../../../src/nn/classifier.ts";
import { noteRange } from "../../../src/torch/known_range.ts";
import { peakMegabytes } from "../../bench/peak.ts";

const [what, device, size, ...rest] = Deno.args as [string, torch.Device, string, ...string[]];
const isSmall = size === "small";
const count = Number(rest.find((one) => /^\d+$/.test(one)) ?? 8);
const capture = rest.includes("captured");

const view: data.View = {
  size: [224, 224],
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
};

type AnyBatch = data.LabelledBatch | data.UnlabelledBatch | data.MixedBatch;

/** Batches that lie on the device: an epoch costs what its steps cost. */
class Resident<B extends AnyBatch> {
  /** When each epoch began. */
  readonly began: number[] = [];
  constructor(readonly length: number, readonly make: (place: number) => B) {}
  *epoch(_: number, { from = 0 } = {}): Generator<B> {
    this.began.push(Date.now());
    for (let i = from; i < this.length; i++) yield this.make(i);
  }
}

/** Another object of the same memory, which may be disposed of. */
const alias = (tensor: torch.Tensor) =>
  torch.keep(torch.call("aten::alias", tensor) as torch.Tensor);

function pixelsOf(batch: number, size: number): torch.Tensor {
  return torch.keep(
    torch.scope(() => torch.randint(0, 256, [batch, 3, size, size], { device }).to("uint8")),
  );
}

/** A labelled batch of classes that a loader would have looked at. */
function labelled(pixels: torch.Tensor, classes: number): () => data.LabelledBatch {
  const labels = torch.keep(
    torch.scope(() => torch.randint(0, classes, [pixels.size(0)], { device })),
  );
  return () => {
    const own = alias(labels);
    noteRange(own, 0, classes - 1);
    return new data.LabelledBatch(alias(pixels), own, torch.keep(torch.arange(pixels.size(0))));
  };
}

// A processor without such units takes minutes for a step.
const autocast = what === "uniform" || device === "cpu" ? {} : { autocast: "bfloat16" as const };
const memoryFormat = "channelsLast" as const;

/** When the epochs after the first ran. */
let window: [from: number, to: number] = [0, 0];

/** The steps a second of the fastest epoch but the first, which warms up. */
async function rate(
  method: distill.Method,
  batches: Resident<AnyBatch>,
  optimizer: (params: torch.Tensor[]) => optim.Optimizer & Disposable,
  stage?: string,
): Promise<number> {
  const epochs = (isSmall ? 2 : 4) * method.stages.length;
  const common = { method, batches, epochs, progress: false, capture, logEvery: 1e9 };
  const optimizers = Object.fromEntries(method.stages.map(({ name }) => [name, optimizer]));
  const result = await train.fit(
    { ...common, ...autocast, ...(stage === undefined ? { optimizer } : { optimizers }) } as never,
  );
  window = [batches.began.at(method.stages.length) ?? Date.now(), Date.now()];
  const seconds = result.epochs.filter((epoch) => stage === undefined || epoch.stage === stage)
    .slice(1).map((epoch) => Number(epoch.seconds));
  return batches.length / Math.min(...seconds);
}

const cases: Record<string, () => Promise<number>> = {
  async resnet() {
    const [batch, steps] = isSmall ? [2, 2] : [128, 30];
    const model = models.create(isSmall ? "resnet18" : "resnet50", { numClasses: 1000 });
    model.view = isSmall ? { ...view, size: [64, 64] } : view;
    model.to({ device, memoryFormat });
    const make = labelled(pixelsOf(batch, model.view.size[0]), 1000);
    return await rate(
      new distill.Supervised(model) as never,
      new Resident(steps, make),
      (params) => new optim.SGD(params, { lr: 0.1, momentum: 0.9 }) as never,
    );
  },

  async uniform() {
    const [batch, dim, width, classes] = [256, 384, 512, 100];
    const steps = isSmall ? 4 : 100;
    const voters = 8;
    class Student extends Classifier {
      readonly featureDim = width;
      readonly numClasses = classes;
      readonly body: nn.Linear = new Linear(768, width);
      readonly head: nn.Linear = new Linear(width, classes);
      override features(x: torch.Tensor): torch.Tensor {
        return this.body.forward(x.flatten(1));
      }
    }
    const never = (): never => {
      throw new Error("What is stored is not asked for.");
    };
    const list = Array.from(
      { length: count },
      (_, i) =>
        i < voters
          ? teachers.predictive({ name: `${i}`, featureDim: dim, numClasses: classes, run: never })
          : teachers.descriptive({ name: `${i}`, featureDim: dim, features: never }),
    );
    const shelf = new teachers.Shelf(list);
    const pixels = pixelsOf(batch, 16);
    const source: data.PixelSource = {
      images: batch,
      views: null,
      pixelsOf: never,
      pixelSpec: () => Promise.resolve(null),
    };
    const draw = (columns: number) => torch.keep(torch.randn([batch, columns], { device }));
    shelf.use(
      source,
      new Map(list.map(({ name, numClasses }) => {
        const [features, logits] = [draw(dim), numClasses === null ? undefined : draw(classes)];
        return [name, { rows: () => ({ features, ...(logits && { logits }) }) }];
      })),
    );
    const student = new Student().to(device);
    student.view = { size: [16, 16], mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] };
    const method = new distill.Uniform({ student, teachers: shelf, checkFinite: false });
    const batches = new Resident(steps, () =>
      new data.UnlabelledBatch(
        alias(pixels),
        torch.keep(torch.arange(batch)),
        { source, variant: 0 },
      ));
    await method.prepare(batches, { progress: false });
    return await rate(
      method as never,
      batches,
      (params) => new optim.AdamW(params, { lr: 1e-3 }) as never,
    );
  },

  async "custom-kd"() {
    const [few, others, steps] = isSmall ? [2, 2, 2] : [32, 96, 20];
    const large = models.create(isSmall ? "vit_tiny_patch16_224" : "vit_large_patch16_224", {
      numClasses: 0,
    });
    large.view = view;
    large.to(device);
    const student = models.create("resnet18", { numClasses: 100 });
    student.view = isSmall ? { ...view, size: [64, 64] } : view;
    student.to({ device, memoryFormat });
    const teacher = teachers.descriptive({ name: "large", model: large });
    const method = new distill.CustomKD({ student, teacher, standardize: "none" });
    const first = labelled(pixelsOf(few, 224), 100);
    const pixels = pixelsOf(others, 224);
    const second = () => new data.UnlabelledBatch(alias(pixels), torch.keep(torch.arange(others)));
    return await rate(
      method as never,
      new Resident(steps, () => new data.MixedBatch(first(), second())),
      (params) => new optim.AdamW(params, { lr: 1e-3 }) as never,
      "distill",
    );
  },
};

torch.manualSeed(0);
const stepsPerSecond = await cases[what]();
const peakMB = await peakMegabytes(device);
console.log(JSON.stringify({ stepsPerSecond, window, ...(peakMB !== undefined && { peakMB }) }));
