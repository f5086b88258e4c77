/**
 * Self-attention with rotary positions.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { checkHeads } from "./self_attention.ts";
import { turned } from "./turned.ts";

/** Makes a norm of tokens of a width. */
export type NormOf = (width: number) => nn.Module;

/** What makes one {@linkcode RotaryAttention} another. */
export interface RotaryAttentionOptions {
  /** The number of heads. */
  readonly heads: number;
  /** The number of heads of keys and values, each for as many of the queries' (with `separate`); `heads` by default. */
  readonly kvHeads?: number;
  /** Whether queries, keys and values have a layer each; false by default. */
  readonly separate?: boolean;
  /** Which have biases: all, none, or all but the keys (as EVA has it, and BEiT before). */
  readonly qkvBias: boolean | "withoutKeys";
  /** Whether the last layer has biases; true by default. */
  readonly projBias?: boolean;
  /** Whether a channel is turned with the one half a head away. */
  readonly half?: boolean;
  /** The norm of queries and of keys, head by head; there is none without it. */
  readonly qkNorm?: NormOf;
  /** The norm of the joined heads (EVA-02's sub-norm); there is none without it. */
  readonly norm?: NormOf;
}

/**
 * Checks that heads of queries can share those of keys and values.
 *
 * @throws {ArgumentError} if not, naming the model.
 */
export function checkSharedHeads(
  model: string,
  heads: number,
  kvHeads: number,
  separate: boolean,
): void {
  if (heads % kvHeads === 0 && (kvHeads === heads || separate)) return;
  throw new ArgumentError(
    `${model}: ${heads} heads of queries cannot share ${kvHeads} heads of keys and values` +
      `${separate ? "; choose a divisor" : " unless separate is on"}.`,
  );
}

/**
 * Multi-head self-attention whose queries and keys are turned by their positions, fused. Keys as timm's: `qkv` (3D, D), with
 * `q_bias` and `v_bias` (D) where keys have none, or `q_proj`, `k_proj`, `v_proj`; `q_norm`, `k_norm`, `norm`, `proj`.
 */
export class RotaryAttention extends nn.Module {
  /** From tokens to queries, keys and values, or null if each has a layer of its own. */
  readonly qkv: nn.Linear | null = null;
  /** The queries' biases, or null. */
  readonly queryBias: Tensor | null = null;
  /** The values' biases, or null. */
  readonly valueBias: Tensor | null = null;
  /** The layers of queries, keys and values, or null. */
  readonly #each: readonly nn.Linear[] | null = null;
  /** The norm of the queries, or null. */
  readonly #qNorm: nn.Module | null = null;
  /** The norm of the keys, or null. */
  readonly #kNorm: nn.Module | null = null;
  /** The norm of the joined heads, or null. */
  readonly norm: nn.Module | null;
  /** From the joined heads to tokens. */
  readonly proj: nn.Linear;
  /** What stands for the keys' biases. */
  readonly #noBias: Tensor | null = null;
  readonly #heads: number;
  readonly #kvHeads: number;
  readonly #headDim: number;
  readonly #half: boolean;

  /**
   * Splits tokens of width `dim` over heads.
   *
   * @throws {ArgumentError} if they cannot be split evenly.
   */
  constructor(dim: number, options: RotaryAttentionOptions) {
    super();
    const { heads, kvHeads = heads, separate = false, qkvBias, qkNorm } = options;
    checkHeads("RotaryAttention", dim, heads);
    checkSharedHeads("RotaryAttention", heads, kvHeads, separate);
    const headDim = dim / heads;
    const some = qkvBias === "withoutKeys";
    if (separate) {
      const layer = (name: string, width: number, bias: boolean) =>
        this.registerModule(`${name}_proj`, new nn.Linear(dim, width, { bias }));
      const width = kvHeads * headDim;
      const bias = qkvBias !== false;
      this.#each = [
        layer("q", dim, bias),
        layer("k", width, bias && !some),
        layer("v", width, bias),
      ];
    } else {
      this.qkv = new nn.Linear(dim, 3 * dim, { bias: qkvBias === true });
      if (some) {
        this.queryBias = this.registerParameter("q_bias", torch.zeros([dim]));
        this.valueBias = this.registerParameter("v_bias", torch.zeros([dim]));
        this.#noBias = this.registerBuffer("k_bias", torch.zeros([dim]), { persistent: false });
      }
    }
    if (qkNorm) {
      this.#qNorm = this.registerModule("q_norm", qkNorm(headDim));
      this.#kNorm = this.registerModule("k_norm", qkNorm(headDim));
    }
    this.norm = options.norm?.(dim) ?? null;
    this.proj = new nn.Linear(dim, dim, { bias: options.projBias ?? true });
    this.#heads = heads;
    this.#kvHeads = kvHeads;
    this.#headDim = headDim;
    this.#half = options.half ?? false;
  }

  /** Shapes: (B, N, D) to its own; `turns` as {@linkcode turned} takes them. */
  override forward(tokens: Tensor, turns?: Tensor): Tensor {
    const [q, k, v] = this.#projected(tokens, turns);
    const mixed = torch.scaledDotProductAttention(q, k, v).transpose(1, 2).flatten(2);
    return this.proj.forward(this.norm?.forward(mixed) ?? mixed);
  }

  /** Queries, keys and values, (B, heads, N, D / heads) each. */
  #projected(tokens: Tensor, turns?: Tensor): Tensor[] {
    const { qkv } = this;
    if (qkv === null) {
      return this.#separate(this.#each!.map((layer) => layer.forward(tokens)), turns);
    }
    const bias = this.#noBias === null
      ? qkv.bias
      : torch.cat([this.queryBias!, this.#noBias, this.valueBias!]);
    const all = torch.linear(tokens, qkv.weight, bias);
    if (turns === undefined || this.#qNorm !== null) return this.#separate(all.chunk(3, -1), turns);
    // Queries and keys are turned at once.
    const parts = all.unflatten(2, [3, this.#heads, this.#headDim]);
    const [both, values] = parts.split([2, 1], 2);
    const [q, k] = turned(both, turns, this.#half).permute(2, 0, 3, 1, 4).unbind(0);
    return [q, k, values.squeeze(2).transpose(1, 2)];
  }

  #separate(parts: readonly Tensor[], turns?: Tensor): Tensor[] {
    const [queries, keys, values] = parts.map((one) => one.unflatten(2, [-1, this.#headDim]));
    const place = (x: Tensor) =>
      turns === undefined ? x : turned(x.unsqueeze(2), turns, this.#half).squeeze(2);
    const q = place(this.#qNorm?.forward(queries) ?? queries).transpose(1, 2);
    const [k, v] = [place(this.#kNorm?.forward(keys) ?? keys), values].map((one) => {
      const groups = this.#heads / this.#kvHeads;
      return (groups === 1 ? one : one.repeatInterleave(groups, 2)).transpose(1, 2);
    });
    return [q, k, v];
  }
}
