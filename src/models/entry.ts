/**
 * What the registry knows of an architecture.
 *
 * @module
 */

import { nullable } from "../base/option_parts.ts";
import { number, whole } from "../base/option_values.ts";
import type { OptionTable } from "../base/options.ts";
import type { Tensor } from "../torch/mod.ts";
import type { Backbone } from "./backbone.ts";
import type { WeightsFacts } from "./weights_facts.ts";

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
  /**
   * Whether the network has the form that `models.fold` makes, for files of folded weights; false by default. Few
   * architectures have one.
   */
  readonly folded?: boolean;
}

/** Options of a network that is trained: those whose branches are folded afterwards are trained with them. */
type TrainedOptions = { [K in Exclude<keyof BuildOptions, "folded">]: number | null };

/** The declaration of {@linkcode BuildOptions} that recipes have; null is as published. */
export const BUILD_OPTIONS: OptionTable<TrainedOptions> = {
  numClasses: nullable(whole({ min: 0, help: "the number of classes; 0 for no head" })),
  inChannels: nullable(whole({ min: 1, help: "channels of the images" })),
  imageSize: nullable(whole({ min: 1, help: "the side of the images in pixels" })),
  dropout: nullable(number({ min: 0, below: 1, help: "the dropout before the classifier" })),
  dropPath: nullable(number({ min: 0, below: 1, help: "the largest stochastic depth" })),
};

/** An architecture by its published name, with what its published weights expect of an image. */
export interface ModelEntry extends WeightsFacts {
  /** The architecture's name, as its publisher has it. */
  readonly name: string;
  /** Whose names the parameters have, and whose files load as they are. */
  readonly source: string;
  /** Where the architecture was published: authors, title, year. */
  readonly paper: string;
  /** The width of its features, D. */
  readonly featureDim: number;
  /** Channels of each stage's map. */
  readonly stageDims: readonly number[];
  /** Pixels of the image between neighbours of each stage's map: 4, 8, 16, 32 for most; the side of a patch for others. */
  readonly stageReductions: readonly number[];
  /** Rows and columns of patches of an image of `inputSize`; null for architectures whose stages differ. */
  readonly patchGrid: readonly [rows: number, columns: number] | null;
  /** The tags of its published weights, the first of which its name alone means; empty where they have none. */
  readonly tags: readonly string[];
  /** Makes a model with fresh weights. */
  readonly build: (options: BuildOptions) => Backbone;
  /** What is known of the weights of another tag; only where there are tags. */
  readonly tagged?: (tag: string) => ModelEntry;
  /**
   * Where several publishers call networks of their own by this name: the one that a file is of, by the names of its
   * tensors; null if it is this one.
   */
  readonly ofFile?: (names: Iterable<string>) => ModelEntry | null;
  /**
   * Where the publisher's names of parameters are not the model's own: the model's state dict with the publisher's. What
   * is saved has these.
   */
  readonly published?: (state: Readonly<Record<string, Tensor>>) => Record<string, Tensor>;
}
