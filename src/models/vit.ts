/**
 * The vision transformer.
 *
 * @module
 */

import * as nn from "../nn/mod.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import { AttentionPoolLatent } from "./parts/attention_pool.ts";
import { classifierHead } from "./parts/classifier_head.ts";
import { tokenActivation } from "./parts/gelu.ts";
import { openGates } from "./parts/swiglu.ts";
import { asMap } from "./parts/token_stages.ts";
import { initTruncNormal } from "./parts/trunc_normal_init.ts";
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
  /** The norm after the blocks, or null if it comes after the pooling, or if there is none. */
  readonly norm: nn.LayerNorm | null = null;
  /** The pooling by attention, or null. */
  readonly attnPool: AttentionPoolLatent | null = null;
  /** The norm after the pooling, or null. */
  readonly fcNorm: nn.LayerNorm | null = null;
  /** From features to logits. */
  override readonly head: nn.Module;
  readonly #pool: "token" | "avg" | "map";
  /** How many tokens are left out of a pooling that is not of the class token. */
  readonly #unpooled: number;

  /**
   * Builds the network with timm's initial weights.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(options: VitOptions) {
    const checked = checkVitOptions("VisionTransformer", options);
    super(checked);
    const { dim, heads, mlpRatio, eps, activation, pool } = checked;
    if (checked.finalNorm) {
      const last = new nn.LayerNorm(dim, { eps });
      if (checked.fcNorm) this.fcNorm = this.registerModule("fc_norm", last);
      else this.norm = last;
    }
    if (pool === "map") {
      const gelu = tokenActivation(activation === "swiglu" ? "gelu" : activation);
      const attention = new AttentionPoolLatent(dim, { heads, mlpRatio, eps, activation: gelu });
      this.attnPool = this.registerModule("attn_pool", attention);
    }
    this.head = classifierHead(dim, checked.numClasses, checked.dropout);
    this.#pool = pool;
    this.#unpooled = pool === "map" && checked.poolRegisters ? 0 : this.prefixCount;
    initTruncNormal(this, [nn.Linear]);
    openGates(this);
  }

  /** The features of images. @ignore */
  protected override run(images: Tensor, stages?: Tensor[]): Tensor {
    return this.#pooled(this.tokensOf(images, this.gridOf(images), stages));
  }

  /** The patches' tokens after the last norm, if there is one before the pooling, as a map. */
  override denseFeatures(images: Tensor): Tensor {
    return torch.scope(() => {
      const grid = this.gridOf(images);
      const x = this.tokensOf(images, grid);
      return asMap(this.norm?.forward(x) ?? x, this.prefixCount, grid);
    });
  }

  /** The last norm and the pooling, in the order that is set (equation 4). */
  #pooled(x: Tensor): Tensor {
    if (this.#pool === "token") {
      // A norm before the class token is taken is the same as one after.
      const token = x.select(1, 0);
      return (this.norm ?? this.fcNorm)?.forward(token) ?? token;
    }
    const normed = this.norm?.forward(x) ?? x;
    const patches = normed.narrow(1, this.#unpooled, normed.size(1) - this.#unpooled);
    const pooled = this.attnPool?.forward(patches) ?? patches.mean(1);
    return this.fcNorm?.forward(pooled) ?? pooled;
  }
}
