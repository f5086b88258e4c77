/**
 * What the registry knows of an architecture.
 *
 * @module
 */

import { nullable } from "../base/option_parts.ts";
import { number, whole } from "../base/option_values.ts";
import type { OptionTable } from "../base/options.ts";
import type { Backbone } from "./backbone.ts";

/** How an architecture is made; what is absent is as published. */
export interface BuildOptions {
  /** The number of classes; 0 for no head: the logits are then the features. */
  readonly numClasses: number;
  /** Channels of the images. */
  readonly inChannels?: number;
  /** The side of the images in pixels, for architectures whose parameters depend on it. */
  readonly imageSize?: number;
  /** The probability of the dropout before the classifier. */
  readonly dropout?: number;
  /** The largest probability of leaving out a residual branch (stochastic depth). */
  readonly dropPath?: number;
}

/** The declaration of {@linkcode BuildOptions}; null is as published. */
export const BUILD_OPTIONS: OptionTable<{ [K in keyof BuildOptions]: number | null }> = {
  numClasses: nullable(whole({ min: 0, help: "the number of classes; 0 for no head" })),
  inChannels: nullable(whole({ min: 1, help: "channels of the images" })),
  imageSize: nullable(whole({ min: 1, help: "the side of the images in pixels" })),
  dropout: nullable(number({ min: 0, below: 1, help: "the dropout before the classifier" })),
  dropPath: nullable(number({ min: 0, below: 1, help: "the largest stochastic depth" })),
};

/** An architecture by its published name, with what its published weights expect of an image. */
export interface ModelEntry {
  /** The architecture's name, as its publisher has it. */
  readonly name: string;
  /** Whose names the parameters have, and whose files load as they are. */
  readonly source: string;
  /** Where the architecture was published: authors, title, year. */
  readonly paper: string;
  /** The side in pixels of the images that it was trained on. */
  readonly inputSize: number;
  /** The side of an evaluated image's middle that is shown to it, as a part of the resized image's. */
  readonly cropFraction: number;
  /** The mean of each channel, of values from 0 to 1. */
  readonly mean: readonly [number, number, number];
  /** The standard deviation of each channel, of values from 0 to 1. */
  readonly std: readonly [number, number, number];
  /** How images are resized for it. */
  readonly interpolation: "bilinear" | "bicubic";
  /** The width of its features, D. */
  readonly featureDim: number;
  /** The number of classes of its published weights; 0 where they have no head. */
  readonly numClasses: number;
  /** Makes a model with fresh weights. */
  readonly build: (options: BuildOptions) => Backbone;
  /**
   * Where several publishers call networks of their own by this name: the one that a file is of, by the names of its
   * tensors; null if it is this one.
   */
  readonly ofFile?: (names: Iterable<string>) => ModelEntry | null;
}
