/**
 * What a repository says of its model.
 *
 * @module
 */

import type { Interpolation } from "../../data/convert.ts";

/** What a publisher says of the images that a model takes. */
export interface PublishedPreprocessing {
  /** Rows and columns, in pixels. */
  readonly size: readonly [height: number, width: number];
  /** The side of the middle that is cut out, as a part of the resized image's. */
  readonly cropFraction: number;
  /**
   * How a photograph that is not square is made so: `"center"` keeps its shape and cuts off what is too long,
   * `"squash"` does not keep its shape, `"border"` keeps it and fills up what is too short.
   */
  readonly cropMode: "center" | "squash" | "border";
  /** How a photograph is resized. */
  readonly interpolation: Interpolation;
  /** The mean of each channel, of values from 0 to 1. */
  readonly mean: readonly number[];
  /** The standard deviation of each channel, of values from 0 to 1. */
  readonly std: readonly number[];
}

/** What a publisher says of a model. */
export interface ModelConfig {
  /** The architecture, by its name in the registry (`models.list()`) as far as it is there; null if it is not clear. */
  readonly architecture: string | null;
  /** Whose description it is; null if nobody's that is known. */
  readonly library: "timm" | "transformers" | "open_clip" | null;
  /**
   * The side of the images that its position embeddings are for, where that is not in the architecture's name or is
   * another one; null if there is nothing to say.
   */
  readonly imageSize: number | null;
  /** The number of classes of its weights, 0 where they have no classifier; null if it does not say. */
  readonly numClasses: number | null;
  /** What is done to images; null if it does not say, or says what cannot be done. */
  readonly preprocessing: PublishedPreprocessing | null;
  /** `"bgr"` where its weights are for images whose channels are blue, green and red; absent for red, green, blue. */
  readonly channelOrder?: "bgr";
  /** The classes' names in order, if they have any. */
  readonly labels?: readonly string[];
  /** What timm was told beyond the architecture's name (`img_size`, `global_pool`); empty for others. */
  readonly modelArgs: Readonly<Record<string, unknown>>;
  /** In words, why something above is null. */
  readonly problems: readonly string[];
  /** What the publisher says of images that cannot be so, or cannot be done here; absent if all of it can. */
  readonly faults?: PreprocessingFaults;
}

/** A value in a publisher's file that cannot be so, or that there is not here. */
export interface FaultyFact {
  /** The name of the file. */
  readonly file: string;
  /** The key and its value, and why it cannot be. */
  readonly text: string;
  /** The part of a preprocessing that it decides. */
  readonly field: keyof PublishedPreprocessing;
}

/** What a publisher says of images and cannot be meant. */
export interface PreprocessingFaults {
  /** What is wrong. */
  readonly facts: readonly FaultyFact[];
  /** The rest of what it says of images. */
  readonly rest: Partial<PublishedPreprocessing>;
}
