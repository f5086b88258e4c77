/**
 * Groups of a model's parameters, and how they are asked for.
 *
 * @module
 */

import type { NamePattern } from "../base/name_pattern.ts";
import type { Tensor } from "../torch/mod.ts";

/** A learning rate for some parameters. */
export interface LrRule {
  /** Names of parameters or of modules, in which `*` stands for anything. */
  match: NamePattern | readonly NamePattern[];
  /** Their learning rate, whatever their layer is. */
  lr?: number;
  /** What their learning rate is multiplied by, beside `layerDecay`. */
  scale?: number;
}

/** Options of {@linkcode paramGroups}. */
export interface ParamGroupsOptions {
  /** The learning rate that scales are parts of; needed with `layerDecay` and `scale`, the optimizer's otherwise. */
  baseLr?: number;
  /** The weight decay; the optimizer's own if absent. */
  weightDecay?: number;
  /**
   * Whether vectors (norms, biases, layer scales) and `noDecay` have no weight decay; true by default, as timm's
   * `filter_bias_and_bn`.
   */
  noDecayOnNormAndBias?: boolean;
  /**
   * Names of others without weight decay, beside tokens and embeddings of positions. Without effect where
   * `noDecayOnNormAndBias` is false.
   */
  noDecay?: readonly NamePattern[];
  /**
   * The learning rate of each layer over that of the layer after it, above 0 and at most 1: layer i of n has
   * `baseLr * layerDecay ** (n - 1 - i)`, the head `baseLr` (Bao et al., BEiT, 2022; timm's
   * `param_groups_layer_decay`).
   */
  layerDecay?: number;
  /** The least part of `baseLr` that a layer has; 0 by default. */
  minScale?: number;
  /**
   * The layers from the first to the last before the head, each as what its parameters' names begin with; found from
   * the model by default, with timm's layers for its architectures.
   */
  layers?: readonly (readonly string[])[];
  /** Parts that are not trained: they are frozen as by `nn.freezeMatching`. */
  frozen?: readonly NamePattern[];
  /** Learning rates for some parameters; the first rule that matches counts. */
  lr?: readonly LrRule[];
}

/** A group of a model's parameters, for any optimizer. */
export interface ModelGroup {
  /** The parameters. */
  params: Tensor[];
  /** What they are, such as `layer 3 without decay`. */
  label: string;
  /** The learning rate, where it is not the optimizer's. */
  lr?: number;
  /** The weight decay, where it is not the optimizer's. */
  weightDecay?: number;
}
