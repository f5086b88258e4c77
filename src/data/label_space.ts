/**
 * What labels mean.
 *
 * @module
 */

/** A data set that a label space came from, and which of the classes are its own. */
export interface DatasetSource {
  /** The data set's name. */
  readonly name: string;
  /** The source's classes: from the first up to, not including, the second. */
  readonly classes: readonly [from: number, to: number];
}

/** The classes that a label is an index of. Every labelled data set is one. */
export interface LabelSpace {
  /** What messages and tables call it: the data set's name. */
  readonly name: string;
  /** The classes' names: a label is an index into them. */
  readonly classNames: readonly string[];
  /** Which data sets the classes come from: ranges that cover the classes in order. */
  readonly sources: readonly DatasetSource[];
}
