/**
 * The distilled DeiT.
 *
 * @module
 */

import * as nn from "../nn/mod.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import type { StagedFeatures } from "./backbone.ts";
import { classifierHead } from "./parts/classifier_head.ts";
import { PairedHeads } from "./parts/paired_heads.ts";
import { asMap } from "./parts/token_stages.ts";
import { tokenNorm } from "./parts/token_norm.ts";
import { initTruncNormal } from "./parts/trunc_normal_init.ts";
import { checkVitOptions, type VitOptions } from "./vit_options.ts";
import { VitTrunk } from "./vit_trunk.ts";

/** Options of {@linkcode DistilledVit}, which always has a class token and is pooled by both tokens. */
export type DistilledVitOptions = Omit<
  VitOptions,
  "classToken" | "registers" | "pool" | "poolRegisters" | "fcNorm"
>;

/**
 * DeiT with a distillation token (Touvron et al., Training data-efficient image transformers and distillation through
 * attention, 2021, figure 2): a vision transformer with a second token beside the class token, which learned from a teacher,
 * and a head of its own for it. The logits are the mean of both heads', as its authors evaluate.
 *
 * Parameters have timm's names. The features are the mean of both tokens, as timm's; the head knows of which two
 * tokens these are the mean as long as both tensors live, and applies the mean of both heads to any other features. The
 * stages are those of a {@linkcode VisionTransformer}.
 *
 * @example
 * ```ts
 * import { models, torch } from "@apprentice/distill";
 *
 * using model = new models.DistilledVit({
 *   numClasses: 10, imageSize: 32, patchSize: 8, dim: 48, depth: 4, heads: 3,
 * });
 * model.forward(torch.zeros([2, 3, 32, 32])).shape; // [2, 10]
 * ```
 */
export class DistilledVit extends VitTrunk {
  /** The norm after the blocks, or null. */
  readonly norm: nn.LayerNorm | nn.RMSNorm | null = null;
  readonly #head: PairedHeads;

  /**
   * Builds the network with timm's initial weights.
   *
   * @throws {ArgumentError} if an option cannot be used.
   */
  constructor(options: DistilledVitOptions) {
    const checked = checkVitOptions("DistilledVit", {
      ...options,
      ...{ classToken: true, registers: 0, pool: "token", fcNorm: false },
    });
    super(checked, true);
    const { dim, numClasses, dropout, finalNorm } = checked;
    if (finalNorm) this.norm = tokenNorm(dim, checked);
    this.#head = new PairedHeads(
      this.registerModule("head", classifierHead(dim, numClasses, dropout)),
      this.registerModule("head_dist", classifierHead(dim, numClasses, dropout)),
    );
    initTruncNormal(this, [nn.Linear]);
  }

  /** From features to logits: the mean of both heads'. */
  override get head(): PairedHeads {
    return this.#head;
  }

  /** The features of images: the mean of both tokens, (B, D). */
  override features(images: Tensor): Tensor {
    return this.#head.mean(torch.scope(() => this.#pair(images)));
  }

  /** Images (B, C, H, W) to a map (B, D, rows, columns) for each stage, and the features. */
  override forwardStages(images: Tensor): StagedFeatures {
    const { pair, stages } = torch.scope(() => {
      const stages: Tensor[] = [];
      return { pair: this.#pair(images, stages), stages };
    });
    return { features: this.#head.mean(pair), stages };
  }

  /** The features of images. @ignore */
  protected override run(images: Tensor, stages?: Tensor[]): Tensor {
    return this.#pair(images, stages).mean(1);
  }

  /** The patches' tokens after the last norm, as a map. */
  override denseFeatures(images: Tensor): Tensor {
    return torch.scope(() => {
      const grid = this.gridOf(images);
      const x = this.tokensOf(images, grid);
      return asMap(this.norm?.forward(x) ?? x, this.prefixCount, grid);
    });
  }

  /** Class and distillation token after the last norm: (B, 2, D). */
  #pair(images: Tensor, stages?: Tensor[]): Tensor {
    const pair = this.tokensOf(images, this.gridOf(images), stages).narrow(1, 0, 2);
    return this.norm?.forward(pair) ?? pair;
  }
}
