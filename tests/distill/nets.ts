/** Small networks and teachers for the tests of this folder. */

import * as nn from "../../src/nn/mod.ts";
import * as teachers from "../../src/teachers/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { device } from "../helpers.ts";

/** A classifier of flat images with one hidden layer, whose outputs are its features. */
export class SmallNet extends nn.Classifier {
  readonly body: nn.Linear;
  readonly head: nn.Linear;

  constructor(
    inputs: number,
    readonly featureDim: number,
    readonly numClasses: number,
    readonly activation: "tanh" | "relu" = "tanh",
  ) {
    super();
    this.body = new nn.Linear(inputs, featureDim);
    this.head = new nn.Linear(featureDim, numClasses);
    this.to(device);
  }

  override features(images: torch.Tensor): torch.Tensor {
    return this.body.forward(images.flatten(1))[this.activation]();
  }
}

/** Everything that must be disposed of at the end of a test. */
export function freeAll(...modules: { dispose(): void }[]): void {
  for (const module of modules) module.dispose();
}

/** Images (count, 1, 2, 3) of random numbers. */
export const images = (count: number, dtype: torch.DType = "float32"): torch.Tensor =>
  torch.randn([count, 1, 2, 3], { dtype, device });

/** Two predictive teachers of 4 classes and one descriptive one for such images, and their models. */
export function threeTeachers(): { list: teachers.Teacher[]; models: SmallNet[] } {
  torch.manualSeed(5);
  const models = [new SmallNet(6, 7, 4), new SmallNet(6, 3, 4), new SmallNet(6, 8, 2)];
  return {
    models,
    list: [
      teachers.predictive({ name: "wide", model: models[0] }),
      teachers.predictive({ name: "narrow", model: models[1] }),
      teachers.descriptive({ name: "other", model: models[2] }),
    ],
  };
}

/**
 * The largest difference between a gradient and its central differences at up to five places,
 * relative to the gradient's size.
 */
export function gradientError(
  parameter: torch.Tensor,
  loss: () => torch.Tensor,
  epsilon = 1e-6,
): number {
  const [gradient] = torch.grad([loss()], [parameter]);
  const expected = gradient!.flatten();
  const flat = parameter.detach().flatten(); // shares memory
  let worst = 0;
  let largest = 1e-3;
  const count = flat.numel;
  for (let i = 0; i < count; i += Math.max(1, Math.floor(count / 5))) {
    const place = flat.narrow(0, i, 1);
    const value = place.item();
    place.fill_(value + epsilon);
    const above = loss().item();
    place.fill_(value - epsilon);
    const below = loss().item();
    place.fill_(value);
    const exact = expected.narrow(0, i, 1).item();
    worst = Math.max(worst, Math.abs((above - below) / (2 * epsilon) - exact));
    largest = Math.max(largest, Math.abs(exact));
  }
  return worst / largest;
}

/** Runs a body of very many small steps on one thread: where cores are busy, waiting for a second one takes far longer. */
export function onOneThread(body: () => void): void {
  const before = torch.getNumThreads();
  torch.setNumThreads(1);
  try {
    body();
  } finally {
    torch.setNumThreads(before);
  }
}
