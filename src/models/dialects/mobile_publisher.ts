/**
 * What is known of a publisher's names of mobile networks' layers.
 *
 * @module
 */

import type { Rule } from "./dialect.ts";
import type { BlockKey, OwnKey } from "./mobile_layers.ts";

/** How many stages and blocks a network has. */
export interface Counts {
  /** The number of stages. */
  readonly stages: number;
  /** The number of blocks. */
  readonly blocks: number;
}

/** How a publisher names the layers of mobile networks. */
export interface Publisher {
  /** Whose names they are. */
  readonly name: string;
  /** Endings that some of its names have, and nobody else's together. */
  readonly endings: readonly string[];
  /** What the names begin with, but for the classifier's, if the network is part of a model. */
  readonly prefix?: string;
  /** What the publisher's name of a block's tensor says; null for others. */
  readonly read: (name: string) => BlockKey | null;
  /** The publisher's name of a block's tensor, of which timm's says this. */
  readonly write: (key: OwnKey) => string;
  /** From the publisher's names of what is outside of blocks to timm's. */
  readonly rules: readonly Rule[];
  /** timm's names of what is outside of blocks, and the publisher's. */
  readonly outside: (counts: Counts) => Readonly<Record<string, string>>;
  /** Whether the last convolution, of what is pooled, is a linear layer. */
  readonly isLinear?: boolean;
  /** The depths of all stages, where blocks are counted and their widths do not tell. */
  readonly depths?: readonly number[];
}

/** The depths of MobileNetV2's stages; narrow ones have stages of one width. */
export const V2_DEPTHS: readonly number[] = [1, 2, 3, 4, 3, 3, 1];
