/**
 * The head of MIT's EfficientViT.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { activate_, type Activation } from "./activation.ts";
import { classifierHead } from "./classifier_head.ts";
import { ConvNormAct } from "./conv_norm_act.ts";
import type { BlockStyle } from "./efficientvit_blocks.ts";
import { globalAvgPool } from "./global_pool.ts";

/** A convolution, pooling and two fully connected layers. Keys as timm's: `in_conv`, `classifier.0`, `.1`, `.4`. */
export class EfficientVitHead extends nn.Module {
  readonly #classify: nn.Module;
  readonly #conv: ConvNormAct;
  readonly #hidden: nn.Linear;
  readonly #norm: nn.LayerNorm;
  readonly #activation: Activation;

  /** From the channels of the last map to those of the convolution and the width of the features. */
  constructor(
    [before, width, dim]: readonly number[],
    options: BlockStyle & { readonly numClasses: number; readonly dropout: number },
  ) {
    super();
    const { numClasses, dropout, activation, norm: { eps } } = options;
    this.#activation = activation;
    this.#conv = this.registerModule(
      "in_conv",
      new ConvNormAct(before, width, { activation, keys: ["conv", "norm"] }),
    );
    this.#hidden = new nn.Linear(width, dim, { bias: false });
    this.#norm = new nn.LayerNorm(dim, { eps });
    this.#classify = classifierHead(dim, numClasses, dropout);
    const layers = [this.#hidden, this.#norm, new nn.Identity(), new nn.Identity(), this.#classify];
    this.registerModule("classifier", new nn.Sequential(...layers));
  }

  /** From features to logits. */
  get last(): nn.Module {
    return this.#classify;
  }

  /** The last map (B, C, H, W) to the features (B, D). */
  override forward(map: Tensor): Tensor {
    const pooled = globalAvgPool(this.#conv.forward(map));
    return activate_(this.#norm.forward(this.#hidden.forward(pooled)), this.#activation);
  }
}
