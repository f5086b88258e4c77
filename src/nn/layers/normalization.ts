/**
 * Normalization layers.
 *
 * @module
 */

import { ArgumentError, ShapeError } from "../../base/errors.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { checkBatch } from "../functional/check_batch.ts";
import { shapeText } from "../functional/shapes.ts";
import { Module } from "../module.ts";
import { checkKnown, checkNumber, checkSize, sizes } from "../options.ts";

/** Options of {@linkcode BatchNorm1d} and {@linkcode BatchNorm2d}. */
export interface BatchNormOptions {
  /** Added to the variance; 1e-5 by default. */
  eps?: number;
  /** How far the running statistics move towards a batch's; 0.1 by default. Null: their plain mean. */
  momentum?: number | null;
  /** Whether there are a weight and a bias; true by default. */
  affine?: boolean;
  /** Whether there is a bias beside the weight; true by default. */
  bias?: boolean;
  /** Whether running statistics are kept and used in evaluation; true by default. */
  trackRunningStats?: boolean;
}

/** What the batch norms share. */
abstract class BatchNorm extends Module {
  /** The number of channels. */
  readonly numFeatures: number;
  /** Added to the variance. */
  readonly eps: number;
  /** How far the running statistics move; null for their plain mean. */
  readonly momentum: number | null;
  /** The scale, (C), or null. */
  readonly weight: Tensor | null = null;
  /** What is added, (C), or null. */
  readonly bias: Tensor | null = null;
  /** The running mean, (C), or null. */
  readonly runningMean: Tensor | null = null;
  /** The running variance, (C), or null. */
  readonly runningVar: Tensor | null = null;
  /** How many batches the running statistics have seen, int64. */
  readonly numBatchesTracked: Tensor | null = null;
  /** The numbers of dimensions that an input may have. */
  protected abstract readonly dims: readonly number[];

  /** @throws {ArgumentError} if the size or an option cannot be used. */
  constructor(numFeatures: number, options: BatchNormOptions = {}) {
    super();
    const layer = new.target.name;
    checkSize(layer, "numFeatures", numFeatures);
    checkKnown(layer, options, ["eps", "momentum", "affine", "bias", "trackRunningStats"]);
    this.numFeatures = numFeatures;
    this.eps = options.eps ?? 1e-5;
    this.momentum = options.momentum === undefined ? 0.1 : options.momentum;
    checkNumber(layer, "eps", this.eps, 0);
    if (this.momentum !== null) checkNumber(layer, "momentum", this.momentum, 0, 1);
    if (options.affine ?? true) {
      this.weight = this.registerParameter("weight", torch.ones([numFeatures]));
      if (options.bias ?? true) {
        this.bias = this.registerParameter("bias", torch.zeros([numFeatures]));
      }
    }
    if (options.trackRunningStats ?? true) {
      this.runningMean = this.registerBuffer("running_mean", torch.zeros([numFeatures]));
      this.runningVar = this.registerBuffer("running_var", torch.ones([numFeatures]));
      const count = torch.zeros([], { dtype: "int64" });
      // State dicts from before PyTorch 0.4.1 do not have it.
      this.numBatchesTracked = this.registerBuffer("num_batches_tracked", count, {
        optional: true,
      });
    }
  }

  /**
   * Shapes: the input's own.
   *
   * @throws {ShapeError} if the input has other dimensions, or one value a channel to train on. (None is no error: an
   * empty batch leaves the running statistics as they are.)
   */
  override forward(input: Tensor): Tensor {
    const shape = input.shape;
    if (!this.dims.includes(shape.length) || shape[1] !== this.numFeatures) {
      throw new ShapeError(
        `${this} takes an input of ${this.dims.join(" or ")} dimensions with ${this.numFeatures} ` +
          `channels, got ${shapeText(shape)}.`,
      );
    }
    const learns = this.updatesStatistics;
    const batch = learns || this.runningMean === null;
    let momentum = this.momentum ?? 0;
    if (batch) checkBatch(this.constructor.name, shape);
    if (learns && this.numBatchesTracked !== null) {
      this.numBatchesTracked.add_(1);
      if (this.momentum === null) momentum = 1 / this.numBatchesTracked.item();
    }
    return torch.batchNorm(
      input,
      this.weight,
      this.bias,
      this.runningMean,
      this.runningVar,
      batch,
      momentum,
      this.eps,
      true,
    );
  }

  /** The number of channels. */
  protected override describe(): string {
    return `${this.numFeatures}`;
  }
}

/**
 * Batch normalization of vectors and sequences (Ioffe and Szegedy 2015).
 *
 * Shapes: (B, C) or (B, C, L). Keys: `weight`, `bias`, `running_mean`, `running_var`,
 * `num_batches_tracked`.
 */
export class BatchNorm1d extends BatchNorm {
  /** 2 and 3. */
  protected override get dims(): readonly number[] {
    return [2, 3];
  }
}

/**
 * Batch normalization of images (Ioffe and Szegedy 2015): every channel is normalized by its mean and
 * variance over batch and pixels, in evaluation by the running ones.
 *
 * Shapes: (B, C, H, W). Keys: `weight`, `bias`, `running_mean`, `running_var`, `num_batches_tracked`.
 */
export class BatchNorm2d extends BatchNorm {
  /** 4. */
  protected override get dims(): readonly number[] {
    return [4];
  }
}

/** Options of {@linkcode LayerNorm}. */
export interface LayerNormOptions {
  /** Added to the variance; 1e-5 by default. */
  eps?: number;
  /** Whether there are a weight and a bias; true by default. */
  elementwiseAffine?: boolean;
  /** Whether there is a bias; true by default. */
  bias?: boolean;
}

/**
 * Layer normalization (Ba et al. 2016) over the last dimensions.
 *
 * Shapes: (*, …normalizedShape). Keys: `weight`, `bias`.
 */
export class LayerNorm extends Module {
  /** The sizes of the dimensions that are normalized over. */
  readonly normalizedShape: readonly number[];
  /** Added to the variance. */
  readonly eps: number;
  /** The scale, or null. */
  readonly weight: Tensor | null = null;
  /** What is added, or null. */
  readonly bias: Tensor | null = null;

  /**
   * Normalizes over one dimension, or several.
   *
   * @throws {ArgumentError} if a size or an option cannot be used.
   */
  constructor(normalizedShape: number | readonly number[], options: LayerNormOptions = {}) {
    super();
    const layer = new.target.name;
    checkKnown(layer, options, ["eps", "elementwiseAffine", "bias"]);
    checkNumber(layer, "eps", options.eps ?? 1e-5, 0);
    const shape: readonly number[] = Array.isArray(normalizedShape)
      ? normalizedShape
      : [normalizedShape as number];
    this.normalizedShape = sizes("LayerNorm", "normalizedShape", shape, shape.length);
    if (shape.length === 0) {
      throw new ArgumentError("LayerNorm: normalizedShape must not be empty.");
    }
    this.eps = options.eps ?? 1e-5;
    if (options.elementwiseAffine ?? true) {
      this.weight = this.registerParameter("weight", torch.ones(shape));
      if (options.bias ?? true) this.bias = this.registerParameter("bias", torch.zeros(shape));
    }
  }

  /** Shapes: the input's own. */
  override forward(input: Tensor): Tensor {
    return torch.layerNorm(input, this.normalizedShape, this.weight, this.bias, this.eps);
  }

  /** The shape normalized over. */
  protected override describe(): string {
    return shapeText(this.normalizedShape);
  }
}

/** Options of {@linkcode GroupNorm}. */
export interface GroupNormOptions {
  /** Added to the variance; 1e-5 by default. */
  eps?: number;
  /** Whether there are a weight and a bias; true by default. */
  affine?: boolean;
  /** Whether there is a bias beside the weight; true by default. */
  bias?: boolean;
}

/**
 * Group normalization (Wu and He 2018): over groups of channels, for every sample by itself.
 *
 * Shapes: (B, C, *). Keys: `weight`, `bias`.
 */
export class GroupNorm extends Module {
  /** The number of groups. */
  readonly numGroups: number;
  /** The number of channels. */
  readonly numChannels: number;
  /** Added to the variance. */
  readonly eps: number;
  /** The scale, (C), or null. */
  readonly weight: Tensor | null = null;
  /** What is added, (C), or null. */
  readonly bias: Tensor | null = null;

  /**
   * Splits the channels into groups.
   *
   * @throws {ArgumentError} if the channels cannot be split evenly, or an option cannot be used.
   */
  constructor(numGroups: number, numChannels: number, options: GroupNormOptions = {}) {
    super();
    checkKnown("GroupNorm", options, ["eps", "affine", "bias"]);
    checkNumber("GroupNorm", "eps", options.eps ?? 1e-5, 0);
    checkSize("GroupNorm", "numGroups", numGroups);
    checkSize("GroupNorm", "numChannels", numChannels);
    if (numChannels % numGroups !== 0) {
      throw new ArgumentError(
        `GroupNorm: ${numChannels} channels cannot be split into ${numGroups} equal groups.`,
      );
    }
    this.numGroups = numGroups;
    this.numChannels = numChannels;
    this.eps = options.eps ?? 1e-5;
    if (options.affine ?? true) {
      this.weight = this.registerParameter("weight", torch.ones([numChannels]));
      if (options.bias ?? true) {
        this.bias = this.registerParameter("bias", torch.zeros([numChannels]));
      }
    }
  }

  /** Shapes: the input's own. */
  override forward(input: Tensor): Tensor {
    return torch.groupNorm(input, this.numGroups, this.weight, this.bias, this.eps);
  }

  /** Groups and channels. */
  protected override describe(): string {
    return `${this.numGroups}, ${this.numChannels}`;
  }
}
