/**
 * The transformer's encoder layer.
 *
 * @module
 */

import { ArgumentError } from "../../errors.ts";
import type { Tensor } from "../../torch/mod.ts";
import { Module } from "../module.ts";
import { MultiheadAttention } from "./attention.ts";
import { Linear } from "./linear.ts";
import { LayerNorm } from "./normalization.ts";
import { Dropout } from "./shaping.ts";

/** Options of {@linkcode TransformerEncoderLayer}. */
export interface TransformerEncoderLayerOptions {
  /** The size between the two linear layers; 2048 by default. */
  dimFeedforward?: number;
  /** The probability of an element to be dropped in training; 0.1 by default. */
  dropout?: number;
  /** The activation between the two linear layers; `"relu"` by default. */
  activation?: "relu" | "gelu";
  /** Whether the norms come before attention and linear layers, as in ViT; false by default. */
  normFirst?: boolean;
  /** Added to the norms' variance; 1e-5 by default. */
  layerNormEps?: number;
}

/**
 * Self-attention and two linear layers, each with a norm and a way around it (Vaswani et al. 2017,
 * section 3.1). The batch always comes first.
 *
 * Shapes: (B, L, E) to (B, L, E). Keys: `self_attn.*`, `linear1.*`, `linear2.*`, `norm1.*`, `norm2.*`.
 */
export class TransformerEncoderLayer extends Module {
  readonly #attention: MultiheadAttention;
  readonly #linear1: Linear;
  readonly #linear2: Linear;
  readonly #norm1: LayerNorm;
  readonly #norm2: LayerNorm;
  readonly #dropout: Dropout;
  readonly #gelu: boolean;
  readonly #normFirst: boolean;

  /**
   * A layer for tokens of size `dim`.
   *
   * @throws {ArgumentError} if a size or option cannot be used.
   */
  constructor(dim: number, numHeads: number, options: TransformerEncoderLayerOptions = {}) {
    super();
    const activation = options.activation ?? "relu";
    if (activation !== "relu" && activation !== "gelu") {
      throw new ArgumentError(
        `TransformerEncoderLayer: the activation is "relu" or "gelu", got "${activation}".`,
      );
    }
    const p = options.dropout ?? 0.1;
    const inner = options.dimFeedforward ?? 2048;
    const norm = { eps: options.layerNormEps ?? 1e-5 };
    this.#attention = this.registerModule(
      "self_attn",
      new MultiheadAttention(dim, numHeads, { dropout: p }),
    );
    this.#linear1 = this.registerModule("linear1", new Linear(dim, inner));
    this.#dropout = this.registerModule("dropout", new Dropout(p));
    this.#linear2 = this.registerModule("linear2", new Linear(inner, dim));
    this.#norm1 = this.registerModule("norm1", new LayerNorm(dim, norm));
    this.#norm2 = this.registerModule("norm2", new LayerNorm(dim, norm));
    this.#gelu = activation === "gelu";
    this.#normFirst = options.normFirst ?? false;
  }

  /** Shapes: (B, L, E) to (B, L, E); for `mask` see {@linkcode MultiheadAttention.forward}. */
  override forward(input: Tensor, mask?: Tensor): Tensor {
    const attend = (x: Tensor): Tensor =>
      this.#dropout.forward(this.#attention.forward(x, undefined, undefined, mask));
    if (this.#normFirst) {
      const x = input.add(attend(this.#norm1.forward(input)));
      return x.add(this.#mix(this.#norm2.forward(x)));
    }
    const x = this.#norm1.forward(input.add(attend(input)));
    return this.#norm2.forward(x.add(this.#mix(x)));
  }

  #mix(x: Tensor): Tensor {
    const inner = this.#linear1.forward(x);
    const active = this.#gelu ? inner.gelu() : inner.relu();
    return this.#dropout.forward(this.#linear2.forward(this.#dropout.forward(active)));
  }
}
