/** 50 steps of each method from the same weights and on the same batches as a plain PyTorch twin. */

import * as data from "../../src/data/mod.ts";
import * as distill from "../../src/distill/mod.ts";
import * as nn from "../../src/nn/mod.ts";
import * as optim from "../../src/optim/mod.ts";
import * as teachers from "../../src/teachers/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { device, test } from "../helpers.ts";
import { bankState } from "./banks.ts";
import { freeAll } from "./nets.ts";
import {
  bank,
  compare,
  compareAll,
  linear,
  load,
  mlp,
  part,
  steps,
  type Tensors,
  train,
} from "./twins.ts";

const classes = 5;

class Student extends nn.Classifier {
  readonly featureDim = 12;
  readonly numClasses = classes;
  readonly conv = new nn.Conv2d(1, 6, 3, { padding: 1 });
  readonly norm = new nn.BatchNorm2d(6);
  readonly body = new nn.Linear(6 * 9, 12);
  readonly head = new nn.Linear(12, classes);
  readonly pool = new nn.MaxPool2d(2);

  override features(x: torch.Tensor): torch.Tensor {
    const maps = this.pool.forward(this.norm.forward(this.conv.forward(x)).relu());
    return this.body.forward(maps.flatten(1)).tanh();
  }
}

class Teacher extends nn.Classifier {
  readonly numClasses = classes;
  readonly body: nn.Linear;
  readonly head: nn.Linear;

  constructor(readonly featureDim: number) {
    super();
    this.body = new nn.Linear(36, featureDim);
    this.head = new nn.Linear(featureDim, classes);
  }

  override features(x: torch.Tensor): torch.Tensor {
    return this.body.forward(x.flatten(1)).relu();
  }
}

test("UNIFORM: 50 steps give PyTorch's losses", () => {
  const start = load("uniform.safetensors");
  const student = new Student().to(device);
  student.loadStateDict(part(start, "student."));
  const models = [10, 14, 9, 20, 7].map((width, i) => {
    const model = new Teacher(width).to(device);
    model.loadStateDict(part(start, `teachers.${i}.`));
    return model;
  });
  const method = new distill.Uniform({
    student,
    teachers: models.map((model, i) =>
      i < 3
        ? teachers.predictive({ name: `p${i}`, model })
        : teachers.descriptive({ name: `d${i}`, model })
    ),
    alpha1: 1,
    alpha2: 0.5,
    beta1: 1,
    beta2: 0.1,
    ...distill.UNIFORM_LITERAL,
    encoder: "mlp",
    decoder: "linear",
  });
  const { encoders, decoders } = method.space!;
  // Teachers' widths all differ: each bank has one layer.
  encoders.loadStateDict(bankState([part(start, "encoders.", mlp)]));
  decoders.loadStateDict(bankState([part(start, "decoders.", linear)]));
  const optimizer = new optim.SGD(method.parameters(), {
    lr: 0.05,
    momentum: 0.9,
    weightDecay: 1e-4,
  });
  const batchOf = (step: number) => new data.UnlabelledBatch(start.images.select(0, step % 8));
  const names = ["logit", "feature", "reconstruction"];
  compareAll("UNIFORM", train(method, optimizer, batchOf, names), names, start);
  freeAll(optimizer, method, student, ...models);
});

/** Student, teacher and batches of the twins of CustomKD, as these begin. */
function customKD(options: distill.CustomKDSettings) {
  const start = load("custom_kd.safetensors");
  const student = new Student().to(device);
  student.loadStateDict(part(start, "student."));
  const model = new nn.Sequential(new nn.Linear(36, 30), new nn.GELU(), new nn.Linear(30, 24));
  model.to(device).loadStateDict(part(start, "teacher."));
  const method = new distill.CustomKD({
    student,
    teacher: teachers.descriptive({
      name: "large",
      features: (x) => model.forward(x.flatten(1)),
      featureDim: 24,
    }),
    customization: "mlp",
    general: "linear",
    ...options,
  });
  method.customizations.at(0).loadStateDict(part(start, "customization.", mlp));
  method.projections.at(0).loadStateDict(part(start, "general.", linear));
  const optimizers = {
    customize: new optim.AdamW(method.stages[0].learns(), { lr: 3e-3 }),
    distill: new optim.AdamW(method.stages[1].learns(), { lr: 3e-3 }),
  };
  const batch = (i: number) =>
    new data.MixedBatch(
      new data.LabelledBatch(start.labelled.select(0, i), start.labels.select(0, i)),
      new data.UnlabelledBatch(start.unlabelled.select(0, i)),
    );
  /** The losses of so many steps; an epoch is 5. */
  const losses = (steps: number) =>
    Array.from({ length: steps }, (_, step) => {
      using _scope = torch.scope();
      const stage = method.stageOf(Math.floor(step / 5));
      const { loss } = method.step(batch(step % 5), stage);
      optimizers[stage].zeroGrad();
      loss.backward();
      optimizers[stage].step();
      return loss.item();
    });
  const free = () => freeAll(optimizers.customize, optimizers.distill, method, student, model);
  return { start, method, batch, losses, free };
}

test("CustomKD: 50 steps in turns give PyTorch's losses", () => {
  const { start, losses, free } = customKD({
    weights: { customized: 1, general: 0.5, labelled: 1, entropy: 0.1 },
    standardize: "none",
  });
  compare("CustomKD", losses(steps), start.losses.toArray() as number[]);
  free();
});

test("CustomKD with DKD: 50 alternating epochs give PyTorch's losses", () => {
  const { method, batch, losses, free } = customKD({
    weights: { customized: 1, general: 0.5, labelled: 1, entropy: 0.1, logit: 0.2 },
    logit: { loss: "dkd", temperature: 4, alpha: 1, beta: 2 },
    entropyThreshold: 0.3,
  });
  method.standardizers.begin();
  for (let i = 0; i < 5; i++) {
    const { labelled, unlabelled } = batch(i);
    for (const one of [labelled, unlabelled]) method.standardizers.observe(method.shelf.ask(one));
  }
  method.standardizers.settle();
  const expected = load("custom_kd_epochs.safetensors").losses.toArray() as number[];
  compare("CustomKD with DKD", losses(250), expected);
  free();
});

for (const [name, losses] of [["UNIFORM", "losses"], ["CFLPlus", "cfl_plus"]] as const) {
  test(`${name} with its defaults, but for an MLP into a narrower space: 50 steps give PyTorch's losses`, async () => {
    using start = new DisposableTensors(load("uniform_default.safetensors"));
    const { all } = start;
    using student = new Student().to(device);
    student.loadStateDict(part(all, "student."));
    const models = [10, 14, 10, 14, 9, 10].map((width, i) => {
      const model = new Teacher(width).to(device);
      model.loadStateDict(part(all, `teachers.${i}.`));
      return model;
    });
    const list = models.map((model, i) =>
      i < 4
        ? teachers.predictive({ name: `p${i}`, model })
        : teachers.descriptive({ name: `d${i}`, model })
    );
    const options = { student, teachers: list, commonDim: 10, studentProjection: "mlp" } as const;
    using method = name === "UNIFORM" ? new distill.Uniform(options) : new distill.CFLPlus(options);
    torch.scope(() => {
      const { encoders, decoders, student: own } = method.space!;
      for (const [i, places] of [[0, 2, 5], [1, 3], [4]].entries()) {
        encoders.at(i).loadStateDict(bank(all, "encoders.", places, linear));
        decoders.at(i).loadStateDict(bank(all, "decoders.", places, linear));
      }
      own!.loadStateDict(part(all, "projection.", mlp));
    });
    using images = new data.UnlabelledImages(all.images.to("cpu"));
    const batches = new data.Loader(images, { batchSize: 16, device });
    await method.prepare(batches, { progress: false });
    using optimizer = new optim.SGD(method.parameters(), {
      lr: 0.05,
      momentum: 0.9,
      weightDecay: 1e-4,
    });
    const got: number[] = [];
    while (got.length < steps) {
      for (using batch of batches.epoch(0)) {
        using _ = torch.scope();
        const { loss } = method.step(batch as data.UnlabelledBatch);
        optimizer.zeroGrad();
        loss.backward();
        optimizer.step();
        got.push(loss.item());
        if (got.length === steps) break;
      }
    }
    compare(`${name}, nearly by default`, got, all[losses].toArray() as number[]);
    freeAll(...models);
  });
}

/** Tensors that go together, for tests that wait. */
class DisposableTensors {
  constructor(readonly all: Tensors) {
    for (const tensor of Object.values(all)) torch.keep(tensor);
  }
  [Symbol.dispose](): void {
    for (const tensor of Object.values(this.all)) tensor.dispose();
  }
}
