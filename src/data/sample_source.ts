/**
 * What gives images one by one.
 *
 * @module
 */

import type { DatasetSource } from "./label_space.ts";
import type { WholeNumbers } from "./whole_numbers.ts";

/** One image. */
export interface Sample {
  /** Values from 0 to 255 in the order row, column, channel, as decoders of image files give them. */
  readonly pixels: Uint8Array;
}

/** One image and its class. */
export interface LabelledSample extends Sample {
  /** An index into the class names. */
  readonly label: number;
}

/** What gives images one by one. */
export interface SampleSource<S extends Sample> {
  /** How many images there are. */
  readonly length: number;
  /** Channels, rows and columns, the same for all images. */
  readonly imageShape: readonly [channels: number, height: number, width: number];
  /** What messages call them; "samples" by default. */
  readonly name?: string;
  /** The image of an index, or a promise of it. May be called for several at a time. */
  get(index: number): S | Promise<S>;
}

/** What gives labelled images one by one. */
export interface LabelledSampleSource extends SampleSource<LabelledSample> {
  /** The classes' names. */
  readonly classNames: readonly string[];
  /**
   * The class of each image, where that is known before the image is read. Choosing by class needs it; `get` then gives
   * the same labels.
   */
  readonly labels?: WholeNumbers;
  /** Which data sets the classes come from; all from this one by default. */
  readonly sources?: readonly DatasetSource[];
}
