/**
 * Multi-head attention.
 *
 * @module
 */

import { ArgumentError, ShapeError } from "../../base/errors.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { shapeText } from "../functional/shapes.ts";
import * as init from "../init.ts";
import { Module } from "../module.ts";
import { checkKnown, checkProbability, checkSize, checkWeight } from "../options.ts";
import { joinMasks } from "./attention_mask.ts";
import { Linear } from "./linear.ts";

/** Options of {@linkcode MultiheadAttention}. */
export interface MultiheadAttentionOptions {
  /** Whether the projections have biases; true by default. */
  bias?: boolean;
  /** The probability of a weight of the attention to be dropped in training; 0 by default. */
  dropout?: number;
  /** Whether a place sees only those before it and itself; false by default. */
  causal?: boolean;
  /** Whether a learned key and value are put behind the others; false by default. */
  addBiasKv?: boolean;
  /** Whether a key and value of zeros are put behind the others; false by default. */
  addZeroAttn?: boolean;
  /** The size of a key's token; `embedDim` by default. */
  kdim?: number;
  /** The size of a value's token; `embedDim` by default. */
  vdim?: number;
}

/** What attention may not look at. */
export interface AttentionMaskOptions {
  /**
   * What may not be looked at. Broadcasts to (B, heads, L, S), or is (B * heads, L, S). As in PyTorch's module,
   * `true` in a bool mask means that a place may not be looked at; a float mask is added to the scores.
   */
  mask?: Tensor;
  /** Which keys are padding that nobody looks at: (B, S), or (S) of a single sample; bool or float as `mask`. */
  keyPaddingMask?: Tensor;
  /** Whether a place sees only those before it and itself; what the layer was made with by default. */
  causal?: boolean;
}

/** What {@linkcode MultiheadAttention.forward} can be told. */
export interface AttentionOptions extends AttentionMaskOptions {
  /** Whether the attention's weights are returned, too; false by default. They cost the fused kernel. */
  needWeights?: boolean;
  /** Whether the weights that are returned are the mean over the heads; true by default. */
  averageAttnWeights?: boolean;
}

const known = ["bias", "dropout", "causal", "addBiasKv", "addZeroAttn", "kdim", "vdim"];

/**
 * Multi-head attention (Vaswani et al. 2017, section 3.2.2), on libtorch's fused
 * scaled_dot_product_attention. The batch always comes first (PyTorch's `batch_first=True`); one sample may come
 * without it.
 *
 * Shapes: queries (B, L, E), keys (B, S, kdim) and values (B, S, vdim) to (B, L, E). Keys: `in_proj_weight` (3E, E) or,
 * if kdim or vdim is not E, `q_proj_weight` (E, E), `k_proj_weight` (E, kdim) and `v_proj_weight` (E, vdim);
 * `in_proj_bias` (3E), `bias_k` and `bias_v` (1, 1, E), `out_proj.weight` (E, E), `out_proj.bias` (E).
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * using attention = new nn.MultiheadAttention(16, 4);
 * attention.forward(torch.randn([2, 5, 16])).shape; // [2, 5, 16]: self-attention
 * const x = torch.randn([5, 16]);
 * const [output, weights] = attention.forward(x, x, x, { needWeights: true });
 * weights.shape; // [5, 5]
 * ```
 */
export class MultiheadAttention extends Module {
  /** The size of a token, E. */
  readonly embedDim: number;
  /** The number of heads. */
  readonly numHeads: number;
  /** The size of a key's token. */
  readonly kdim: number;
  /** The size of a value's token. */
  readonly vdim: number;
  /** The probability of a weight to be dropped in training. */
  readonly dropout: number;
  /** Whether a place sees only those before it and itself. */
  readonly causal: boolean;
  /** Whether a key and value of zeros are put behind the others. */
  readonly addZeroAttn: boolean;
  /** The projections of queries, keys and values, (3E, E); null if they are apart. */
  readonly inProjWeight: Tensor | null = null;
  /** The projections of queries, keys and values where their sizes differ; else empty. */
  readonly projections: readonly Tensor[] = [];
  /** The biases of the projections, (3E), or null. */
  readonly inProjBias: Tensor | null;
  /** The key that is put behind the others, (1, 1, E), or null. */
  readonly biasK: Tensor | null = null;
  /** The value that is put behind the others, (1, 1, E), or null. */
  readonly biasV: Tensor | null = null;
  /** The projection of the output. */
  readonly outProj: Linear;

  /**
   * Splits `embedDim` over `numHeads` heads.
   *
   * @throws {ArgumentError} if the size cannot be split evenly, or an option cannot be used.
   */
  constructor(embedDim: number, numHeads: number, options: MultiheadAttentionOptions = {}) {
    super();
    const layer = "MultiheadAttention";
    checkSize(layer, "embedDim", embedDim);
    checkSize(layer, "numHeads", numHeads);
    if (embedDim % numHeads !== 0) {
      throw new ArgumentError(
        `${layer}: embedDim ${embedDim} cannot be split into ${numHeads} equal heads.`,
      );
    }
    checkKnown(layer, options, known);
    this.embedDim = embedDim;
    this.numHeads = numHeads;
    this.kdim = options.kdim ?? embedDim;
    this.vdim = options.vdim ?? embedDim;
    checkSize(layer, "kdim", this.kdim);
    checkSize(layer, "vdim", this.vdim);
    // Before the first weight is made: who is refused leaves none.
    for (const width of [embedDim, this.kdim, this.vdim]) checkWeight(layer, [embedDim, width]);
    this.dropout = options.dropout ?? 0;
    checkProbability(layer, "dropout", this.dropout);
    this.causal = options.causal ?? false;
    this.addZeroAttn = options.addZeroAttn ?? false;
    const bias = options.bias ?? true;
    const weight = (name: string, shape: number[]): Tensor =>
      this.registerParameter(name, torch.empty(checkWeight(layer, shape)));
    if (this.kdim === embedDim && this.vdim === embedDim) {
      this.inProjWeight = weight("in_proj_weight", [3 * embedDim, embedDim]);
    } else {
      this.projections = [
        weight("q_proj_weight", [embedDim, embedDim]),
        weight("k_proj_weight", [embedDim, this.kdim]),
        weight("v_proj_weight", [embedDim, this.vdim]),
      ];
    }
    this.inProjBias = bias
      ? this.registerParameter("in_proj_bias", torch.zeros([3 * embedDim]))
      : null;
    // PyTorch draws in this order: first the output's weights, then the inputs'.
    this.outProj = this.registerModule("out_proj", new Linear(embedDim, embedDim, { bias }));
    if (options.addBiasKv) {
      this.biasK = weight("bias_k", [1, 1, embedDim]);
      this.biasV = weight("bias_v", [1, 1, embedDim]);
    }
    for (const tensor of this.inProjWeight ? [this.inProjWeight] : this.projections) {
      init.xavierUniform_(tensor);
    }
    if (this.outProj.bias) init.zeros_(this.outProj.bias);
    if (this.biasK) init.xavierNormal_(this.biasK);
    if (this.biasV) init.xavierNormal_(this.biasV);
  }

  /**
   * Attends from `query` to `key`; without a key, to itself, and without a value, to the key. Returns the output and
   * the attention's weights: (B, L, S), or (B, heads, L, S) if they are not averaged.
   *
   * @throws {ShapeError} if a tensor is not (B, L, embedDim), or the batches differ.
   */
  override forward(
    query: Tensor,
    key: Tensor | undefined,
    value: Tensor | undefined,
    options: AttentionOptions & { needWeights: true },
  ): [output: Tensor, weights: Tensor];
  /**
   * Attends from `query` to `key`; without a key, to itself, and without a value, to the key. The mask may also be
   * given in the options.
   *
   * @throws {ShapeError} if a tensor is not (B, L, embedDim), or the batches differ.
   */
  override forward(
    query: Tensor,
    key?: Tensor,
    value?: Tensor,
    mask?: Tensor | (AttentionOptions & { needWeights?: false }),
  ): Tensor;
  override forward(
    query: Tensor,
    key?: Tensor,
    value?: Tensor,
    given?: Tensor | AttentionOptions,
  ): Tensor | [Tensor, Tensor] {
    const options: AttentionOptions = given instanceof torch.Tensor ? { mask: given } : given ?? {};
    if (query.ndim === 2) return this.#single(query, key, value, options);
    const [batch, length] = this.#check("query", query, this.embedDim);
    using heads = this.#project(query, key, value, batch);
    const weights = options.needWeights ? this.#weights(heads, options) : null;
    using context = weights ? weights.matmul(heads.list[2]) : this.#attend(heads, options);
    using swapped = context.transpose(1, 2);
    using joined = swapped.reshape(batch, length, this.embedDim);
    const output = this.outProj.forward(joined);
    if (!weights) return output;
    if (options.averageAttnWeights === false) return [output, weights];
    using all = weights;
    return [output, all.mean(1)];
  }

  /** One sample without a batch. */
  #single(
    query: Tensor,
    key: Tensor | undefined,
    value: Tensor | undefined,
    options: AttentionOptions,
  ): Tensor | [Tensor, Tensor] {
    for (const [name, tensor] of [["key", key], ["value", value]] as const) {
      if (tensor !== undefined && tensor.ndim !== 2) {
        throw new ShapeError(
          `${this.constructor.name}: a query without a batch, ${
            shapeText(query.shape)
          }, needs a ${name} without one, got ${shapeText(tensor.shape)}.`,
        );
      }
    }
    return torch.scope(() => {
      const { mask, keyPaddingMask: padding } = options;
      const inner: AttentionOptions = { ...options, mask, keyPaddingMask: padding?.unsqueeze(0) };
      const q = query.unsqueeze(0);
      const k = key?.unsqueeze(0);
      const v = value === key ? k : value?.unsqueeze(0);
      if (!options.needWeights) {
        return this.forward(q, k, v, { ...inner, needWeights: false }).squeeze(0);
      }
      const [output, weights] = this.forward(q, k, v, { ...inner, needWeights: true });
      return [output.squeeze(0), weights.squeeze(0)] as [Tensor, Tensor];
    });
  }

  #check(name: string, tensor: Tensor, size: number, batch?: number): number[] {
    const shape = tensor.shape;
    const right = shape.length === 3 && shape[2] === size &&
      (batch === undefined || shape[0] === batch);
    if (!right) {
      throw new ShapeError(
        `${this.constructor.name}: the ${name} must be (${batch ?? "B"}, L, ${size}), got ${
          shapeText(shape)
        }.`,
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
    if (key === undefined && value === undefined && this.inProjWeight && !this.biasK) {
      // One product for all three, split without copies.
      using all = torch.linear(query, this.inProjWeight, this.inProjBias);
      using parts = all.unflatten(-1, [3, this.numHeads, size]);
      using ordered = parts.permute(2, 0, 3, 1, 4);
      return this.#withZeros(ordered.unbind(0));
    }
    const from = key ?? query;
    const inputs = [query, from, value ?? from];
    const length = this.#check("key", inputs[1], this.kdim, batch)[1];
    const got = this.#check("value", inputs[2], this.vdim, batch)[1];
    if (got !== length) {
      throw new ShapeError(
        `${this.constructor.name}: ${length} keys need ${length} values, got ${got}.`,
      );
    }
    using weights = new Heads(this.inProjWeight?.chunk(3) ?? []);
    using biases = new Heads(this.inProjBias?.chunk(3) ?? []);
    const extras = [null, this.biasK, this.biasV];
    return this.#withZeros(inputs.map((input, i) => {
      const weight = this.inProjWeight ? weights.list[i] : this.projections[i];
      using flat = withRow(torch.linear(input, weight, biases.list[i]), extras[i]);
      using parts = flat.unflatten(-1, [this.numHeads, size]);
      return parts.transpose(1, 2);
    }));
  }

  /** Puts a key and a value of zeros behind the others, where wanted. */
  #withZeros([q, k, v]: Tensor[]): Heads {
    if (!this.addZeroAttn) return new Heads([q, k, v]);
    using keys = k;
    using values = v;
    return new Heads([q, ...[keys, values].map((t) => torch.constantPadNd(t, [0, 0, 0, 1]))]);
  }

  /** All masks as one, or undefined. */
  #mask([q, k]: readonly Tensor[], options: AttentionOptions, causal: boolean): Tensor | undefined {
    const [batch, heads, length] = q.shape;
    const extra = (this.biasK ? 1 : 0) + (this.addZeroAttn ? 1 : 0);
    const sizes = { batch, heads, length, keys: k.shape[2] - extra, extra };
    const { mask, keyPaddingMask } = options;
    return joinMasks(this.constructor.name, { mask, keyPaddingMask, causal }, sizes, q);
  }

  #attend({ list: [q, k, v] }: Heads, options: AttentionOptions): Tensor {
    const p = this.training ? this.dropout : 0;
    const causal = options.causal ?? this.causal;
    const plain = !options.mask && !options.keyPaddingMask;
    if (plain && (!causal || (!this.biasK && !this.addZeroAttn))) {
      return torch.scaledDotProductAttention(q, k, v, undefined, p, causal);
    }
    const mask = this.#mask([q, k], options, causal);
    try {
      return torch.scaledDotProductAttention(q, k, v, mask, p);
    } finally {
      mask?.dispose();
    }
  }

  /** What share of every value a place takes, (B, heads, L, S). */
  #weights({ list: [q, k] }: Heads, options: AttentionOptions): Tensor {
    return torch.scope(() => {
      const scores = q.mul(1 / Math.sqrt(q.shape[3])).matmul(k.transpose(-2, -1));
      const mask = this.#mask([q, k], options, options.causal ?? this.causal);
      const masked = mask === undefined
        ? scores
        : mask.dtype === "bool"
        ? scores.maskedFill(mask.logicalNot(), -Infinity)
        : scores.add(mask);
      const weights = masked.softmax(-1);
      return this.training && this.dropout > 0
        ? torch.dropout(weights, this.dropout, true)
        : weights;
    });
  }

  /** The sizes. */
  protected override describe(): string {
    return `${this.embedDim}, heads: ${this.numHeads}`;
  }
}

/** A sequence with one more token, the same for all samples, behind the others; it is let go of. */
function withRow(sequence: Tensor, row: Tensor | null): Tensor {
  if (row === null) return sequence;
  using alone = sequence;
  const [batch, , size] = alone.shape;
  using rows = row.expand([batch, 1, size]);
  return torch.cat([alone, rows], 1);
}

/** Tensors that are let go of together. */
class Heads implements Disposable {
  constructor(readonly list: Tensor[]) {}

  [Symbol.dispose](): void {
    for (const tensor of this.list) tensor.dispose();
  }
}
