/**
 * The vision transformer.
 *
 * @module
 */

import * as nn from "../nn/mod.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import { classifierHead } from "./parts/classifier_head.ts";
import { openGates } from "./parts/swiglu.ts";
import { asMap } from "./parts/token_stages.ts";
import { initTruncNormal } from "./parts/trunc_normal_init.ts";
import { VitPooling } from "./parts/vit_pooling.ts";
import { checkVitOptions, type VitOptions } from "./vit_options.ts";
import { VitTrunk } from "./vit_trunk.ts";

/**
 * The vision transformer (Dosovitskiy et al., An image is worth 16x16 words, 2021, figure 1), with what later ones
 * added: layer scale, registers and a gated MLP (Oquab et al., DINOv2, 2024; Darcet et al. 2024), a norm before the
 * blocks and quick GELU (Radford et al., CLIP, 2021), pooling by attention (Zhai et al., SigLIP, 2023), norms within
 * attention and MLP (Wang et al., BEiT-3, 2023). Images are square, unless `dynamicImageSize` is on.
 *
 * Parameters have timm's names. The stages are the patch tokens after a quarter, a half, three quarters and all of
 * the blocks, before the last norm; the features are the class token, the mean of the patches, or what a learned query
 * finds among them.
 *
 * @example
 * ```ts
 * import { models, torch } from "@apprentice/distill";
 *
 * using model = new models.VisionTransformer({
 *   numClasses: 10, imageSize: 32, patchSize: 4, dim: 48, depth: 4, heads: 3,
 * });
 * const images = torch.zeros([2, 3, 32, 32]);
 * model.forward(images).shape; // [2, 10]
 * model.forwardStages(images).stages[0].shape; // [2, 48, 8, 8]
 * ```
 */
export class VisionTransformer extends VitTrunk {
  /** From tokens to features. */
  readonly pooling: VitPooling;
  /** From features to logits. */
  override readonly head: nn.Module;

  /**
   * Builds the network with timm's initial weights.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(options: VitOptions) {
    const checked = checkVitOptions("VisionTransformer", options);
    super(checked);
    this.pooling = new VitPooling(this, this.prefixCount, checked);
    this.head = classifierHead(checked.dim, checked.numClasses, checked.dropout);
    initTruncNormal(this, [nn.Linear]);
    openGates(this);
  }

  /** The features of images. @ignore */
  protected override run(images: Tensor, stages?: Tensor[]): Tensor {
    return this.pooling.features(this.tokensOf(images, this.gridOf(images), stages));
  }

  /** The patches' tokens after the last norm, if there is one before the pooling, as a map. */
  override denseFeatures(images: Tensor): Tensor {
    return torch.scope(() => {
      const grid = this.gridOf(images);
      return asMap(this.pooling.normed(this.tokensOf(images, grid)), this.prefixCount, grid);
    });
  }
}
