/**
 * Measuring models on labelled images.
 *
 * @module
 */

import * as data from "../../data/mod.ts";
import type { ImageDataset } from "../../data/mod.ts";
import { type Accuracy, AccuracyCounter } from "../../eval/mod.ts";
import { letSignalsIn } from "../../base/interrupt.ts";
import type { Classifier } from "../../nn/mod.ts";
import { rememberModes } from "../../nn/modes.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";

/** From normalized images (B, C, H, W) to scores (B, classes). */
export type Scores = (images: Tensor) => Tensor;

/** The accuracy of several models at once: each batch is prepared once for all. */
export async function measure(
  scores: Readonly<Record<string, Scores>>,
  dataset: ImageDataset,
  pixels: { mean: number[]; std: number[] },
): Promise<Record<string, Accuracy>> {
  const loader = new data.Loader(dataset, {
    batchSize: 500,
    transform: data.normalize(pixels.mean, pixels.std),
  });
  const counters = Object.fromEntries(
    Object.keys(scores).map((name) => [name, new AccuracyCounter(dataset.numClasses)]),
  );
  for (using batch of loader.epoch(0)) {
    torch.inferenceMode(() =>
      torch.scope(() => {
        for (const name in scores) counters[name].add(scores[name](batch.images), batch.labels);
      })
    );
    await letSignalsIn();
  }
  const ranges = dataset.sources.map(({ name, classes: [from, to] }) => ({ name, from, to }));
  return Object.fromEntries(
    Object.entries(counters).map(([name, counter]) => [name, counter.result(ranges)]),
  );
}

/** The accuracy of one model in training, whose modes are afterwards what they were. */
export async function measureModel(
  model: Classifier,
  dataset: ImageDataset,
  pixels: { mean: number[]; std: number[] },
): Promise<Accuracy> {
  const restore = rememberModes(model.modules());
  model.eval();
  try {
    return (await measure({ model: (images) => model.forward(images) }, dataset, pixels)).model;
  } finally {
    restore();
  }
}
