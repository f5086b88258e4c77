/**
 * The transformer's encoder layer.
 *
 * @module
 */

import type { Tensor } from "../../torch/mod.ts";
import { Module } from "../module.ts";
import { checkKnown, checkSize, checkWeight, checkWord } from "../options.ts";
import { type AttentionMaskOptions, MultiheadAttention } from "./attention.ts";
import { Linear } from "./linear.ts";
import { Dropout } from "./dropout.ts";
import { LayerNorm } from "./layer_norm.ts";

/** Options of {@linkcode TransformerEncoderLayer}. */
export interface TransformerEncoderLayerOptions {
  /** The size between the two linear layers; 2048 by default. */
  dimFeedforward?: number;
  /** The probability of an element to be dropped in training; 0.1 by default. */
  dropout?: number;
  /** The activation between the two linear layers, by name or as a function; `"relu"` by default. */
  activation?: "relu" | "gelu" | ((input: Tensor) => Tensor);
  /** Whether attention, linear layers and norms have biases; true by default. */
  bias?: boolean;
  /** Whether the norms come before attention and linear layers, as in ViT; false by default. */
  normFirst?: boolean;
  /** Added to the norms' variance; 1e-5 by default. */
  layerNormEps?: number;
}

/**
 * Self-attention and two linear layers, each with a norm and a way around it (Vaswani et al. 2017,
 * section 3.1). The batch always comes first; one sample may come without it.
 *
 * Shapes: (B, L, E) to (B, L, E), or (L, E) to (L, E). Keys: `self_attn.*`, `linear1.*`, `linear2.*`, `norm1.*`, `norm2.*`.
 */
export class TransformerEncoderLayer extends Module {
  readonly #attention: MultiheadAttention;
  readonly #linear1: Linear;
  readonly #linear2: Linear;
  readonly #norm1: LayerNorm;
  readonly #norm2: LayerNorm;
  readonly #dropout: Dropout;
  readonly #activation: (input: Tensor) => Tensor;
  readonly #normFirst: boolean;

  /**
   * A layer for tokens of size `dim`.
   *
   * @throws {ArgumentError} if a size or option cannot be used.
   */
  constructor(dim: number, numHeads: number, options: TransformerEncoderLayerOptions = {}) {
    super();
    const layer = "TransformerEncoderLayer";
    checkKnown(layer, options, [
      "dimFeedforward",
      "dropout",
      "activation",
      "normFirst",
      "layerNormEps",
      "bias",
    ]);
    const activation = options.activation ?? "relu";
    if (typeof activation !== "function") {
      checkWord(layer, "activation", activation, ["relu", "gelu"]);
    }
    const p = options.dropout ?? 0.1;
    const inner = options.dimFeedforward ?? 2048;
    checkSize(layer, "dim", dim);
    checkSize(layer, "numHeads", numHeads);
    checkSize(layer, "dimFeedforward", inner);
    checkWeight(layer, [inner, dim]);
    const bias = options.bias ?? true;
    const norm = { eps: options.layerNormEps ?? 1e-5, bias };
    this.#attention = this.registerModule(
      "self_attn",
      new MultiheadAttention(dim, numHeads, { dropout: p, bias }),
    );
    this.#linear1 = this.registerModule("linear1", new Linear(dim, inner, { bias }));
    this.#dropout = this.registerModule("dropout", new Dropout(p));
    this.#linear2 = this.registerModule("linear2", new Linear(inner, dim, { bias }));
    this.#norm1 = this.registerModule("norm1", new LayerNorm(dim, norm));
    this.#norm2 = this.registerModule("norm2", new LayerNorm(dim, norm));
    this.#activation = typeof activation === "function"
      ? activation
      : activation === "gelu"
      ? (x) => x.gelu()
      : (x) => x.relu();
    this.#normFirst = options.normFirst ?? false;
  }

  /**
   * Shapes: (B, L, E) to (B, L, E), or (L, E) to (L, E); for the masks see {@linkcode MultiheadAttention.forward}.
   */
  override forward(input: Tensor, mask?: Tensor | AttentionMaskOptions): Tensor {
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
    const active = this.#dropout.forward(this.#activation(inner));
    return this.#dropout.forward(this.#linear2.forward(active));
  }
}
