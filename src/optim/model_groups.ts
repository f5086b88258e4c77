/**
 * Groups of a model's parameters, and how they are asked for.
 *
 * @module
 */

import { namePattern, namePatterns } from "../base/match_names.ts";
import type { NamePattern } from "../base/name_pattern.ts";
import { either, list, nullable, table } from "../base/option_parts.ts";
import { flag, number, text } from "../base/option_values.ts";
import type { OptionTable } from "../base/options.ts";
import type { Tensor } from "../torch/mod.ts";

/** A learning rate for some parameters. */
export interface LrRule {
  /** Names of parameters or of modules, in which `*` stands for anything. */
  match: NamePattern | readonly NamePattern[];
  /** The learning rate of the parameters that match, whatever their layer is. */
  lr?: number | null;
  /** What the learning rate of the parameters that match is multiplied by, beside `layerDecay`. */
  scale?: number | null;
}

/** Options of {@linkcode paramGroups}. */
export interface ParamGroupsOptions {
  /** The learning rate that scales are parts of; needed with `layerDecay` and `scale`, the optimizer's otherwise. */
  baseLr?: number | null;
  /** The weight decay; the optimizer's own if absent or null. */
  weightDecay?: number | null;
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
  layerDecay?: number | null;
  /** The least part of `baseLr` that a layer has; 0 by default. */
  minScale?: number;
  /**
   * The layers from the first to the last before the head, each as what its parameters' names begin with; found from
   * the model by default, with timm's layers for its architectures.
   */
  layers?: readonly (readonly string[])[] | null;
  /** Parts that are not trained: they are frozen as by `nn.freezeMatching`. */
  frozen?: readonly NamePattern[];
  /** Learning rates for some parameters; the first rule that matches counts. */
  lr?: readonly LrRule[];
}

const LR_RULE: OptionTable<LrRule> = {
  match: either<[NamePattern, NamePattern[]]>([namePattern(), namePatterns({})], {
    help: "names of parameters or modules",
  }),
  lr: nullable(number({ min: 0 }), { help: "the learning rate" }),
  scale: nullable(number({ min: 0 }), { help: "what the learning rate is multiplied by" }),
};

/** The declaration of {@linkcode ParamGroupsOptions}. */
export const PARAM_GROUPS_OPTIONS: OptionTable<ParamGroupsOptions> = {
  baseLr: nullable(number({ min: 0 }), { help: "the learning rate that scales are parts of" }),
  weightDecay: nullable(number({ min: 0 }), { help: "the weight decay" }),
  noDecayOnNormAndBias: flag({
    default: true,
    help: "leaves norms, biases and embeddings of positions without weight decay",
  }),
  noDecay: namePatterns({ help: "names of others without weight decay" }),
  layerDecay: nullable(number({ above: 0, max: 1 }), {
    help: "the learning rate of each layer over that of the next",
  }),
  minScale: number({
    default: 0,
    min: 0,
    help: "the least part of the learning rate that a layer has",
  }),
  layers: nullable(list(list(text({}), {}), {}), {
    help: "the layers before the head, each as what its parameters' names begin with",
  }),
  frozen: namePatterns({ help: "names of parts that are not trained" }),
  lr: list(table(LR_RULE, {}), {
    default: [],
    help: "learning rates for some parameters; the first rule that matches counts",
  }),
};

/** A group of a model's parameters, for any optimizer. */
export interface ModelGroup {
  /** The parameters. */
  params: Tensor[];
  /** What the parameters are, such as `layer 3 without decay`. */
  label: string;
  /** The learning rate, where it is not the optimizer's. */
  lr?: number;
  /** The weight decay, where it is not the optimizer's. */
  weightDecay?: number;
}
