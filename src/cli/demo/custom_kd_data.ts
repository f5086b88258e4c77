/**
 * The data of the CustomKD demo: Fashion-MNIST with labels for ten images of each class.
 *
 * @module
 */

import * as data from "../../data/mod.ts";
import type { ImageDataset, UnlabelledImages } from "../../data/mod.ts";

/** Mean and standard deviation of the pixels. */
export const PIXELS = {
  mean: [...data.FASHION_MNIST_STATISTICS.mean],
  std: [...data.FASHION_MNIST_STATISTICS.std],
};

/** The parts of the data; no image is in two of them. */
export interface FewLabels extends Disposable {
  /** All the labels that the student is ever given. */
  labelled: ImageDataset;
  /** The student's other images, without labels. */
  unlabelled: UnlabelledImages;
  /** What the teacher was trained on; none of these reaches the student. */
  forTeacher: ImageDataset;
  /** Measured on while training, and to choose settings by. */
  validation: ImageDataset;
  /** Measured on once, at the end. */
  test: ImageDataset;
}

/** How many images each part has. */
export interface FewLabelsSizes {
  /** Labelled images of each class. */
  labelsPerClass: number;
  /** Images of the student without labels. */
  unlabelled: number;
  /** Labelled images of the teacher. */
  forTeacher: number;
  /** Images to validate on. */
  validation: number;
}

/** Where the images come from. */
export interface Images {
  /** What is divided into parts. */
  train: ImageDataset;
  /** What is measured on at the end. */
  test: ImageDataset;
}

/** Fashion-MNIST, fetched the first time. */
export async function clothes(): Promise<Images> {
  return { train: await data.fashionMnist("train"), test: await data.fashionMnist("test") };
}

/**
 * Divides images into the demo's parts. The student's are `labelled` and `unlabelled`.
 *
 * @param images Disposed of, except for what is in the result.
 * @param seed Decides which images go where.
 */
export function fewLabels(images: Images, sizes: FewLabelsSizes, seed: number): FewLabels {
  using train = images.train;
  const { labelsPerClass, unlabelled, forTeacher, validation } = sizes;
  const rest = train.length - unlabelled - forTeacher - validation;
  const [student, teacher, checked, pool] = train.split(
    [unlabelled, forTeacher, validation, rest],
    { seed },
  );
  using _student = student;
  using _pool = pool;
  const parts = {
    labelled: pool.balancedSubset(labelsPerClass, seed),
    unlabelled: student.unlabelled({ seed }),
    forTeacher: teacher,
    validation: checked,
    test: images.test,
  };
  return {
    ...parts,
    [Symbol.dispose]() {
      for (const part of Object.values(parts)) part.dispose();
    },
  };
}

/** Shifts and mirrors images, and normalizes their pixels. */
export function augment(): data.Transform {
  return data.compose(
    data.randomCrop(2),
    data.randomHorizontalFlip(),
    data.normalize(PIXELS.mean, PIXELS.std),
  );
}
