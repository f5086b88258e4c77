/**
 * What makes one vision transformer another.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import type { BuildOptions } from "./entry.ts";
import { checkBuildOptions, type CheckedOptions } from "./parts/build_options.ts";
import { type TokenActivation, tokenActivation } from "./parts/gelu.ts";
import { checkHeads } from "./parts/self_attention.ts";
import {
  checkCounts,
  checkFactors,
  checkParameterCount,
  checkSmall,
  countPatches,
  transformerParameters,
} from "./parts/size_checks.ts";
import type { TokenNorm } from "./parts/token_norm.ts";
import { VIT_BLOCKS, type VitBlockKind } from "./parts/vit_blocks.ts";

/** What the features of a vision transformer are. */
export type VitPool = "token" | "avg" | "map";

/** Options of a vision transformer. */
export interface VitOptions extends BuildOptions {
  /** Height and width of the images; 224 by default. */
  readonly imageSize?: number;
  /** Height and width of a patch; 16 by default. */
  readonly patchSize?: number;
  /**
   * Whether images may have pixels to the right and below that fill no patch, and are not seen (SigLIP's 384 pixels in
   * patches of 14); false by default.
   */
  readonly ragged?: boolean;
  /** The width of the tokens; 768 by default. */
  readonly dim?: number;
  /** The number of blocks; 12 by default. */
  readonly depth?: number;
  /** The number of attention heads; 12 by default. */
  readonly heads?: number;
  /** The hidden width of the blocks' MLPs over that of the tokens; 4 by default. */
  readonly mlpRatio?: number;
  /** The activation of the MLPs; `"gelu"` by default. `"swiglu"` makes them gated (DINOv2's giant). */
  readonly activation?: TokenActivation | "swiglu";
  /** Whether queries, keys and values have biases; true by default. */
  readonly qkvBias?: boolean;
  /** What learned scales of the residual branches start with (DINOv2: 1e-5); there are none by default. */
  readonly layerScale?: number;
  /** Whether attention and MLP have a norm of their own before their last layer (BEiT-3); false by default. */
  readonly subNorms?: boolean;
  /** Whether queries and keys are normalized, head by head, in blocks of the kind `"joint"`; false by default. */
  readonly qkNorm?: boolean;
  /** Whether attention is the difference of two (Ye et al., Differential transformer, 2025); false by default. */
  readonly differential?: boolean;
  /** How a block is put together; `"pre"`, with norms before attention and MLP, by default. */
  readonly block?: VitBlockKind;
  /** Whether there is a class token; true by default. */
  readonly classToken?: boolean;
  /** The number of register tokens (Darcet et al., Vision transformers need registers, 2024); 0 by default. */
  readonly registers?: number;
  /** Whether class token and registers have position embeddings too; true by default. */
  readonly prefixPositions?: boolean;
  /** Whether the tokens are normalized before the blocks, and patches have no bias (CLIP); false by default. */
  readonly preNorm?: boolean;
  /**
   * What the features are: the class token (`"token"`), the mean of the patches (`"avg"`), or what a learned query finds
   * among the patches (`"map"`, SigLIP); by what there is.
   */
  readonly pool?: VitPool;
  /** Whether the query of the pool `"map"` finds the registers too; false by default. */
  readonly poolRegisters?: boolean;
  /** Whether there is a norm after the blocks; true by default. */
  readonly finalNorm?: boolean;
  /** Whether that norm comes after the pooling; true for `"avg"` by default. */
  readonly fcNorm?: boolean;
  /** What the norms are: with means and biases (`"layer"`, the default) or without (`"rms"`). */
  readonly norm?: TokenNorm;
  /** What the norms add to the variance; 1e-6 by default. */
  readonly eps?: number;
  /** Whether images of other sizes are taken, for which positions are interpolated; false by default. */
  readonly dynamicImageSize?: boolean;
}

/** Options that are checked, with what stands for those that are absent. */
export type CheckedVitOptions =
  & Required<Omit<VitOptions, "layerScale" | keyof CheckedOptions>>
  & Pick<VitOptions, "layerScale">
  & CheckedOptions
  & {
    /** The width of the MLPs' hidden layers. */
    readonly hidden: number;
    /** How many patches there are. */
    readonly patches: number;
  };

/**
 * Checks the options of the vision transformer `name`.
 *
 * @throws {ArgumentError} naming it and the option.
 */
export function checkVitOptions(name: string, options: VitOptions): CheckedVitOptions {
  const build = checkBuildOptions(name, options);
  const { numClasses, inChannels } = build;
  const { imageSize = 224, patchSize = 16, dim = 768, depth = 12, heads = 12 } = options;
  const { mlpRatio = 4, activation = "gelu", qkvBias = true, layerScale } = options;
  const { norm = "layer", qkNorm = false, differential = false } = options;
  const { subNorms = false, block = "pre", classToken = true, registers = 0 } = options;
  const { prefixPositions = true, preNorm = false, pool = classToken ? "token" : "avg" } = options;
  const { poolRegisters = false, finalNorm = true, fcNorm = pool === "avg" } = options;
  const { eps = 1e-6, dynamicImageSize = false, ragged = false } = options;
  checkCounts(name, { dim, depth, heads });
  checkCounts(name, { registers }, 0);
  checkFactors(name, { mlpRatio });
  checkSmall(name, { eps, ...(layerScale === undefined ? {} : { layerScale }) });
  checkHeads(name, dim, heads);
  const patches = countPatches(name, imageSize, patchSize, ragged);
  const hidden = Math.trunc(dim * mlpRatio);
  checkCounts(name, { "dim times mlpRatio": Math.min(hidden, 1) });
  checkParameterCount(
    name,
    transformerParameters(block === "paired" ? 2 * depth : depth, dim, hidden) +
      dim * (patches + registers + inChannels * patchSize ** 2 + numClasses),
    { imageSize, patchSize, inChannels, dim, depth, mlpRatio, registers, numClasses },
  );
  if (pool !== "avg" && pool !== "map" && (pool !== "token" || !classToken)) {
    throw new ArgumentError(
      `${name}: pool is "avg", "map", or "token" where there is a class token, got "${pool}".`,
    );
  }
  if (norm !== "layer" && norm !== "rms") {
    throw new ArgumentError(`${name}: norm is "layer" or "rms", got "${norm}".`);
  }
  if (qkNorm && block !== "joint") {
    throw new ArgumentError(`${name}: qkNorm is for blocks of the kind "joint" only.`);
  }
  if (differential && dim % (2 * heads) !== 0) {
    throw new ArgumentError(
      `${name}: dim ${dim} cannot be split into ${heads} heads of two equal halves; choose a divisor.`,
    );
  }
  if (block === "joint" && activation === "swiglu") {
    throw new ArgumentError(`${name}: blocks of the kind "joint" have no gated MLP.`);
  }
  if (!Object.hasOwn(VIT_BLOCKS, block)) {
    throw new ArgumentError(
      `${name}: block is one of ${Object.keys(VIT_BLOCKS).join(", ")}, got "${block}".`,
    );
  }
  if (activation !== "swiglu") tokenActivation(activation);
  return {
    ...build,
    ...{ imageSize, patchSize, dim, depth, heads, mlpRatio, hidden, patches, activation, qkvBias },
    ...{ norm, qkNorm, differential },
    ...{ layerScale, subNorms, block, classToken, registers, prefixPositions, preNorm, pool },
    ...{ poolRegisters, finalNorm, fcNorm, eps, dynamicImageSize, ragged },
  };
}
