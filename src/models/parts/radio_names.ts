/**
 * What holds RADIO's parts under NVIDIA's names.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { CLIP_MEAN, CLIP_STD } from "./clip_statistics.ts";

/**
 * Normalizes pixels from 0 to 1 by the statistics of its file: CLIP's to begin with, and none for images of other than three
 * channels. Keys as NVIDIA's: `norm_mean`, `norm_std` (C, 1, 1).
 */
export class InputConditioner extends nn.Module {
  readonly #mean: Tensor;
  readonly #std: Tensor;

  /** For images of so many channels. */
  constructor(channels: number) {
    super();
    const known = channels === CLIP_MEAN.length;
    const statistic = (name: string, values: readonly number[], none: number) =>
      this.registerBuffer(
        name,
        torch.tensor(known ? [...values] : Array(channels).fill(none), { dtype: "float32" })
          .reshape(channels, 1, 1),
      );
    this.#mean = statistic("norm_mean", CLIP_MEAN, 0);
    this.#std = statistic("norm_std", CLIP_STD, 1);
  }

  /** Shapes: (B, C, H, W) to its own. */
  override forward(images: Tensor): Tensor {
    return images.sub(this.#mean).div(this.#std);
  }
}

/** The vision transformer under NVIDIA's names. Only holds its parts. */
class Trunk extends nn.Module {
  readonly blocks: nn.ModuleList;

  constructor(patches: nn.Module, blocks: nn.ModuleList) {
    super();
    this.registerModule("patch_generator", patches);
    this.blocks = blocks;
  }

  override forward(): Tensor {
    return this.blocks.forward();
  }
}

/** RADIO without a classifier under NVIDIA's names. Only holds its parts. */
export class RadioNames extends nn.Module {
  /** Patches and blocks. */
  readonly model: nn.Module;

  /** Holds the parts. */
  constructor(conditioner: InputConditioner, patches: nn.Module, blocks: nn.ModuleList) {
    super();
    this.registerModule("input_conditioner", conditioner);
    this.model = new Trunk(patches, blocks);
  }

  /** Parts are no function: whoever has them calls them one by one. */
  override forward(): Tensor {
    return this.model.forward();
  }
}
