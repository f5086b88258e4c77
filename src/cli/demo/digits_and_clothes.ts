/**
 * The data of the demo: MNIST and Fashion-MNIST as one label space of 20 classes, divided into what
 * teachers learn from, what the student sees without labels, and what is only measured on.
 *
 * @module
 */

import * as data from "../../data/mod.ts";
import type { ImageDataset, UnlabelledImages } from "../../data/mod.ts";

/** Mean and standard deviation of the pixels of both training sets together. */
export const PIXELS = { mean: [0.2084], std: [0.3402] };

/** The parts of the data; no image is in two of them. */
export interface DemoData extends Disposable {
  /** What the teachers' labelled subsets are drawn from. */
  labelled: ImageDataset;
  /** The student's images. There are no labels in here, and no way back to them. */
  unlabelled: UnlabelledImages;
  /** Measured on while training, and to choose settings by. */
  validation: ImageDataset;
  /** Measured on once, at the end. */
  test: ImageDataset;
}

/** How many images parts get, half of each data set; the teachers' part gets the rest. */
export interface DemoSizes {
  /** The student's. */
  unlabelled: number;
  /** Those measured on while training. */
  validation: number;
}

/** Where the images come from: digits first, then clothes. */
export interface DemoSources {
  /** What is divided into parts. */
  train: readonly ImageDataset[];
  /** What is measured on at the end. */
  test: readonly ImageDataset[];
}

/** MNIST and Fashion-MNIST, fetched the first time. */
export async function digitsAndClothes(): Promise<DemoSources> {
  return {
    train: [await data.mnist("train"), await data.fashionMnist("train")],
    test: [await data.mnist("test"), await data.fashionMnist("test")],
  };
}

/**
 * Divides the data. Which image goes where depends on the seed and on how many there are, and not on
 * their labels.
 *
 * @param sources Disposed of.
 * @param seed Decides which images go where.
 */
export function divide(sources: DemoSources, sizes: DemoSizes, seed: number): DemoData {
  const [forStudents, forChecks] = [sizes.unlabelled / 2, sizes.validation / 2];
  const parts = sources.train.map((dataset) =>
    dataset.split([forStudents, forChecks, dataset.length - forStudents - forChecks], { seed })
  );
  const join = (part: number) => {
    const joined = data.joinDatasets(parts.map((datasets) => datasets[part]));
    for (const datasets of parts) datasets[part].dispose();
    return joined;
  };
  using forStudent = join(0);
  const unlabelled = forStudent.unlabelled({ seed });
  const validation = join(1);
  const labelled = join(2);
  const test = data.joinDatasets(sources.test);
  for (const dataset of [...sources.train, ...sources.test]) dataset.dispose();
  return {
    labelled,
    unlabelled,
    validation,
    test,
    [Symbol.dispose]() {
      for (const part of [labelled, unlabelled, validation, test]) part.dispose();
    },
  };
}
