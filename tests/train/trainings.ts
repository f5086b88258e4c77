/**
 * Small trainings of several kinds, for the tests of the loop: everything that has a state of its own takes part,
 * such as dropout, running means, momenta, schedules, augmentation and the account of votes.
 */

import * as data from "../../src/data/mod.ts";
import * as distill from "../../src/distill/mod.ts";
import * as models from "../../src/models/mod.ts";
import * as optim from "../../src/optim/mod.ts";
import * as teachers from "../../src/teachers/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import type { Tensor } from "../../src/torch/mod.ts";
import { fit } from "../../src/train/fit.ts";
import type { FitOptions, FitResult } from "../../src/train/fit_options.ts";
import type { SingleMethod, Trainable } from "../../src/train/stage.ts";
import { Supervised } from "../../src/distill/methods/supervised.ts";
import { device } from "../helpers.ts";

/** The kinds of training. */
export const kinds = ["adamw", "sgd", "stages", "uniform"] as const;
export type Kind = typeof kinds[number];

/** Batches in an epoch. */
export const BATCHES = 6;

/** What stops a run of CustomKD at a step, from 1; at none with 0. */
export function stopsAt(method: distill.CustomKD, stop: number): AbortSignal {
  const controller = new AbortController();
  const step = method.step.bind(method);
  let steps = 0;
  method.step = (batch, stage) => {
    if (++steps === stop) controller.abort();
    return step(batch, stage);
  };
  return controller.signal;
}

/** 46 gray images of 4 x 4 in 3 classes, brighter by class. */
export function images(): data.ImageDataset {
  let state = 12345;
  const pixels = Uint8Array.from({ length: 46 * 16 }, (_, i) => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return (state >> 16) % 128 + 60 * (Math.floor(i / 16) % 3);
  });
  const labels = Array.from({ length: 46 }, (_, i) => i % 3);
  return torch.scope(() =>
    new data.ImageDataset({
      images: torch.tensor(pixels, { shape: [46, 1, 4, 4] }),
      labels,
      classNames: ["dark", "gray", "light"],
      name: "shades",
    })
  );
}

/** One training, ready to go; `using` frees all that it holds. */
export interface Training extends Disposable {
  /** Trains. */
  fit(options: Omit<FitOptions, "name">): Promise<FitResult>;
  /** What is trained. */
  method: Trainable;
  /** What it is trained on. */
  images: data.ImageDataset;
  /** Its optimizers. */
  optimizers: optim.Optimizer[];
  /** Called before every step. */
  onStep: (step: number) => void;
}

const loader = <B extends data.Batch>(dataset: data.Dataset<B>): data.Loader<B> =>
  new data.Loader<B>(dataset, {
    batchSize: 8,
    shuffle: true,
    seed: 5,
    device,
    transform: data.compose(data.randomCrop(1), data.normalize([0.5], [0.25])),
  });

/** Makes a training. The seed decides the weights that it starts from. */
export function training(kind: Kind, seed = 1): Training {
  torch.setNumThreads(1); // several would only wait for each other
  torch.manualSeed(seed);
  const model = new models.Mlp({ inputs: 16, numClasses: 3, widths: [8, 6], dropout: 0.3 });
  model.to(device);
  const dataset = images();
  const owned: Disposable[] = [model, dataset];
  const optimizers: optim.Optimizer[] = [];
  let steps = 0;
  const made = {
    onStep: (_step: number) => {},
    optimizers,
    images: dataset,
    [Symbol.dispose]: () => owned.forEach((one) => one[Symbol.dispose]()),
  };
  const own = <T extends optim.Optimizer>(optimizer: T): T => {
    owned.push(optimizer as optim.Optimizer);
    optimizers.push(optimizer as unknown as optim.Optimizer);
    return optimizer;
  };
  const watched = <B>(method: SingleMethod<B>): SingleMethod<B> => ({
    step: (batch) => {
      made.onStep(++steps);
      return method.step(batch);
    },
    train: (on) => method.train(on),
    stateDict: () => method.stateDict(),
    loadStateDict: (state) => method.loadStateDict(state),
    spec: () => method.spec!(),
    prepare: async (batches, options) => await method.prepare?.(batches, options) ?? true,
  });
  const supervised = watched(new Supervised(model, { labelSmoothing: 0.1 }));

  if (kind === "adamw") {
    const optimizer = own(new optim.AdamW(model.parameters(), { lr: 1e-2, weightDecay: 0.05 }));
    const schedule = new optim.OneCycle(optimizer, {
      maxLr: 1e-2,
      totalSteps: 3 * BATCHES,
      cycleMomentum: true,
    });
    const batches = loader(dataset);
    return Object.assign(made, {
      method: supervised,
      fit: (options: Omit<FitOptions, "name">) =>
        fit({ ...options, name: kind, method: supervised, optimizer, schedule, batches }),
    });
  }
  if (kind === "sgd") {
    const optimizer = own(
      new optim.SGD([
        { params: model.body.parameters(), lr: 0.05 },
        { params: model.head.parameters(), weightDecay: 0.01 },
      ], { lr: 0.1, momentum: 0.9, nesterov: true }),
    );
    const schedule = new optim.StepLR(optimizer, { stepSize: 5, gamma: 0.5 });
    const batches = loader(dataset);
    return Object.assign(made, {
      method: supervised,
      fit: (options: Omit<FitOptions, "name">) =>
        fit({
          ...options,
          name: kind,
          method: supervised,
          optimizer,
          schedule,
          batches,
          clipNorm: 0.5,
        }),
    });
  }
  if (kind === "stages") {
    const body = own(new optim.AdamW(model.body.parameters(), { lr: 1e-2 }));
    const head = own(new optim.SGD(model.head.parameters(), { lr: 0.05, momentum: 0.9 }));
    const extra = (batch: data.LabelledBatch) => {
      made.onStep(++steps);
      const features = model.features(batch.images);
      const logits = model.head.forward(features);
      const size = features.pow(2).mean();
      return { loss: logits.logsumexp([1]).mean().add(size), terms: { size } };
    };
    const schedule = new optim.CosineAnnealing(body, { steps: 20 });
    // Each epoch of the second kind is shorter: the loader leaves its last batch out.
    const short = new data.Loader(dataset, { batchSize: 15, dropLast: true, device });
    return Object.assign(made, {
      method: supervised,
      fit: (options: Omit<FitOptions, "name">) =>
        fit({
          ...options,
          name: kind,
          method: supervised,
          stages: [
            {
              name: "body",
              step: (batch: data.LabelledBatch) => supervised.step(batch),
              optimizer: body,
              schedule,
              batches: loader(dataset),
            },
            { name: "head", step: extra, optimizer: head, batches: short },
          ],
        }),
    });
  }
  torch.manualSeed(99); // the same teachers whatever the student starts from
  const shelf = ["one", "two", "three"].map((name) => {
    const teacher = new models.Mlp({ inputs: 16, numClasses: 3, widths: [5] });
    teacher.to(device);
    owned.push(teacher);
    return teachers.predictive({ name, model: teacher });
  });
  torch.manualSeed(seed);
  const uniform = new distill.Uniform({ student: model, teachers: shelf });
  const method = watched<data.UnlabelledBatch>(uniform);
  const optimizer = own(new optim.AdamW(uniform.parameters(), { lr: 1e-2 }));
  const unlabelled = dataset.unlabelled({ seed: 3 });
  owned.push(unlabelled, { [Symbol.dispose]: () => uniform.dispose() });
  const batches = loader(unlabelled);
  return Object.assign(made, {
    method,
    fit: (options: Omit<FitOptions, "name">) =>
      fit({ ...options, name: kind, method, optimizer, batches }),
  });
}

/** Everything that training changes, as plain arrays. */
export function stateOf({ method, optimizers }: Training): Record<string, unknown> {
  const plain = (prefix: string, tensors: Readonly<Record<string, Tensor>>) =>
    Object.entries(tensors).map(([name, tensor]) => [prefix + name, tensor.data()]);
  return Object.fromEntries([
    ...plain("", method.stateDict()),
    ...optimizers.flatMap((optimizer, i) => {
      const { tensors, scalars } = optimizer.stateDict();
      return [...plain(`${i}.`, tensors), [`${i}`, scalars]];
    }),
  ]);
}
