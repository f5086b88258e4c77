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

/**
 * Loads and divides the data.
 *
 * @param unlabelledCount How many images the student gets, half of each data set.
 * @param seed Decides which images go where.
 */
export async function loadDemoData(unlabelledCount: number, seed: number): Promise<DemoData> {
  using digits = await data.mnist("train");
  using clothes = await data.fashionMnist("train");
  const half = unlabelledCount / 2;
  const divide = (dataset: ImageDataset) =>
    dataset.split([half, 2_000, dataset.length - half - 2_000], { seed });
  const parts = [digits, clothes].map(divide);
  const join = (part: number) => {
    const joined = data.joinDatasets(parts.map((datasets) => datasets[part]));
    for (const datasets of parts) datasets[part].dispose();
    return joined;
  };
  using forStudent = join(0);
  const unlabelled = forStudent.unlabelled({ seed });
  const validation = join(1);
  const labelled = join(2);
  using testDigits = await data.mnist("test");
  using testClothes = await data.fashionMnist("test");
  const test = data.joinDatasets([testDigits, testClothes]);
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
