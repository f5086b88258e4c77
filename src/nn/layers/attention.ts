/**
 * Multi-head attention.
 *
 * @module
 */

import { ArgumentError, ShapeError } from "../../errors.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { shapeText } from "../functional/shapes.ts";
import * as init from "../init.ts";
import { Module } from "../module.ts";
import { Linear } from "./linear.ts";
import { checkProbability, checkSize } from "./options.ts";

/** Options of {@linkcode MultiheadAttention}. */
export interface MultiheadAttentionOptions {
  /** Whether the projections have biases; true by default. */
  bias?: boolean;
  /** The probability of a weight of the attention to be dropped in training; 0 by default. */
  dropout?: number;
  /** Whether a place sees only those before it and itself; false by default. */
  causal?: boolean;
}

/**
 * Multi-head attention (Vaswani et al. 2017, section 3.2.2), on libtorch's fused
 * scaled_dot_product_attention. The batch always comes first (PyTorch's `batch_first=True`); the
 * attention's weights are not returned.
 *
 * Shapes: queries (B, L, E), keys and values (B, S, E) to (B, L, E). Keys: `in_proj_weight` (3E, E),
 * `in_proj_bias` (3E), `out_proj.weight` (E, E), `out_proj.bias` (E).
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * using attention = new nn.MultiheadAttention(16, 4);
 * attention.forward(torch.randn([2, 5, 16])).shape; // [2, 5, 16]: self-attention
 * ```
 */
export class MultiheadAttention extends Module {
  /** The size of a token, E. */
  readonly embedDim: number;
  /** The number of heads. */
  readonly numHeads: number;
  /** The probability of a weight to be dropped in training. */
  readonly dropout: number;
  /** Whether a place sees only those before it and itself. */
  readonly causal: boolean;
  /** The projections of queries, keys and values, (3E, E). */
  readonly inProjWeight: Tensor;
  /** Their biases, (3E), or null. */
  readonly inProjBias: Tensor | null;
  /** The projection of the output. */
  readonly outProj: Linear;

  /**
   * Splits `embedDim` over `numHeads` heads.
   *
   * @throws {ArgumentError} if the size cannot be split evenly, or an option cannot be used.
   */
  constructor(embedDim: number, numHeads: number, options: MultiheadAttentionOptions = {}) {
    super();
    checkSize("MultiheadAttention", "embedDim", embedDim);
    checkSize("MultiheadAttention", "numHeads", numHeads);
    if (embedDim % numHeads !== 0) {
      throw new ArgumentError(
        `MultiheadAttention: embedDim ${embedDim} cannot be split into ${numHeads} equal heads.`,
      );
    }
    this.embedDim = embedDim;
    this.numHeads = numHeads;
    this.dropout = options.dropout ?? 0;
    checkProbability("MultiheadAttention", "dropout", this.dropout);
    this.causal = options.causal ?? false;
    const bias = options.bias ?? true;
    this.inProjWeight = this.registerParameter(
      "in_proj_weight",
      torch.empty([3 * embedDim, embedDim]),
    );
    this.inProjBias = bias
      ? this.registerParameter("in_proj_bias", torch.zeros([3 * embedDim]))
      : null;
    // PyTorch draws in this order: first the output's weights, then the inputs'.
    this.outProj = this.registerModule("out_proj", new Linear(embedDim, embedDim, { bias }));
    init.xavierUniform_(this.inProjWeight);
    if (this.outProj.bias) init.zeros_(this.outProj.bias);
  }

  /**
   * Attends from `query` to `key`; without a key, to itself, and without a value, to the key.
   *
   * `mask` broadcasts to (B, heads, L, S). As in PyTorch's module, `true` in a bool mask means that a
   * place may not be looked at; a float mask is added to the scores.
   *
   * @throws {ShapeError} if a tensor is not (B, L, embedDim), or the batches differ.
   */
  override forward(query: Tensor, key?: Tensor, value?: Tensor, mask?: Tensor): Tensor {
    const [batch, length] = this.#check("query", query);
    using heads = this.#project(query, key, value, batch);
    using context = this.#attend(heads, mask);
    using swapped = context.transpose(1, 2);
    using joined = swapped.reshape(batch, length, this.embedDim);
    return this.outProj.forward(joined);
  }

  #check(name: string, tensor: Tensor, batch?: number): number[] {
    const shape = tensor.shape;
    const right = shape.length === 3 && shape[2] === this.embedDim &&
      (batch === undefined || shape[0] === batch);
    if (!right) {
      throw new ShapeError(
        `${this.constructor.name}: the ${name} must be (${
          batch ?? "B"
        }, L, ${this.embedDim}), got ${shapeText(shape)}.`,
      );
    }
    return shape;
  }

  /** Queries, keys and values by head, each (B, heads, L, E / heads). */
  #project(
    query: Tensor,
    key: Tensor | undefined,
    value: Tensor | undefined,
    batch: number,
  ): Heads {
    const size = this.embedDim / this.numHeads;
    if (key === undefined && value === undefined) {
      // One product for all three, split without copies.
      using all = torch.linear(query, this.inProjWeight, this.inProjBias);
      using parts = all.unflatten(-1, [3, this.numHeads, size]);
      using ordered = parts.permute(2, 0, 3, 1, 4);
      return new Heads(ordered.unbind(0));
    }
    const from = key ?? query;
    const inputs = [query, from, value ?? from];
    this.#check("key", inputs[1], batch);
    const length = inputs[1].shape[1];
    const got = this.#check("value", inputs[2], batch)[1];
    if (got !== length) {
      throw new ShapeError(
        `${this.constructor.name}: ${length} keys need ${length} values, got ${got}.`,
      );
    }
    using weights = new Heads(this.inProjWeight.chunk(3));
    using biases = new Heads(this.inProjBias?.chunk(3) ?? []);
    return new Heads(inputs.map((input, i) => {
      using flat = torch.linear(input, weights.list[i], biases.list[i]);
      using parts = flat.unflatten(-1, [this.numHeads, size]);
      return parts.transpose(1, 2);
    }));
  }

  #attend({ list: [q, k, v] }: Heads, mask: Tensor | undefined): Tensor {
    const p = this.training ? this.dropout : 0;
    if (mask === undefined) {
      return torch.scaledDotProductAttention(q, k, v, undefined, p, this.causal);
    }
    using allowed = mask.dtype === "bool" ? mask.logicalNot() : null;
    if (!this.causal) return torch.scaledDotProductAttention(q, k, v, allowed ?? mask, p);
    using ones = torch.ones([q.shape[2], k.shape[2]], { dtype: "bool", device: q.device });
    using past = ones.tril();
    using both = allowed ? allowed.logicalAnd(past) : torch.where(past, mask, -Infinity);
    return torch.scaledDotProductAttention(q, k, v, both, p);
  }

  /** The sizes. */
  protected override describe(): string {
    return `${this.embedDim}, heads: ${this.numHeads}`;
  }
}

/** Tensors that are let go of together. */
class Heads implements Disposable {
  constructor(readonly list: Tensor[]) {}

  [Symbol.dispose](): void {
    for (const tensor of this.list) tensor.dispose();
  }
}
