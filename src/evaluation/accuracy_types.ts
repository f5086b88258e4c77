/**
 * What is told of accuracy.
 *
 * @module
 */

/** A data set within a joint label space: its name and its classes, `to` not included. */
export interface ClassRange {
  /** The data set's name. */
  name: string;
  /** The first class of the range. */
  from: number;
  /** The class after its last. */
  to: number;
}

/** How often predictions are right; all as shares from 0 to 1, NaN where there was no image. */
export interface Accuracy {
  /** Over all images. */
  overall: number;
  /** For each class. */
  byClass: number[];
  /** The mean over the classes that had images. */
  meanByClass: number;
  /** For each data set, by name; for each domain, where images were told apart by these. */
  byDataset: Record<string, number>;
  /** The mean over the data sets that had images, each as much as the others. */
  meanByDataset: number;
  /** The number of images. */
  count: number;
  /** The number of images of each class. */
  countByClass: number[];
}
