/**
 * Cosine attention within windows, with a position bias that is a function.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { distances } from "./relative_positions.ts";
import { WindowAttention, type WindowAttentionOptions } from "./window_attention.ts";

/**
 * What the network of biases sees of every two places: the logarithms of their distances down and across, which are 1 at
 * the seventh place of eight of `trainedWindow` (Liu et al. 2022, equation 4): ((2 window - 1)², 2).
 */
export function logDistances(window: number, trainedWindow: number): Tensor {
  const far = Math.max(trainedWindow - 1, 1);
  return distances(
    window,
    (distance) => Math.sign(distance) * Math.log2(1 + 8 * Math.abs(distance) / far) / 3,
  );
}

/**
 * Attention by the cosine of queries and keys, with a learned temperature for each head (Liu et al., Swin transformer V2, 2022,
 * equation 2), and a bias of relative positions that a small network gives of their logarithms (equations 3 and 4), so that it
 * is there for windows of any size.
 *
 * Keys as timm's: `logit_scale`, `q_bias`, `v_bias`, `cpb_mlp`, `qkv`, `proj`.
 */
export class CosineWindowAttention extends WindowAttention {
  /** The logarithm of the factor of each head's cosines, (heads, 1, 1). */
  readonly logitScale: Tensor;
  /** From the logarithms of two distances to a bias for each head. */
  readonly positionMlp: nn.Sequential;
  readonly #queryBias: Tensor;
  readonly #keyBias: Tensor;
  readonly #valueBias: Tensor;
  readonly #distances: Tensor;

  /**
   * Splits tokens of width `dim` over heads.
   *
   * @param trainedWindow The side of the windows that the weights were first trained with, which is where the network of
   * distances has its 1; the window's own by default.
   * @throws {ArgumentError} if the width cannot be split evenly.
   */
  constructor(dim: number, options: WindowAttentionOptions, trainedWindow = options.window) {
    super(dim, options, { bias: false, table: false });
    const { heads, window } = options;
    this.logitScale = this.registerParameter(
      "logit_scale",
      torch.full([heads, 1, 1], Math.log(10)),
    );
    this.#queryBias = this.registerParameter("q_bias", torch.zeros([dim]));
    this.#valueBias = this.registerParameter("v_bias", torch.zeros([dim]));
    this.#keyBias = this.registerBuffer("k_bias", torch.zeros([dim]), { persistent: false });
    this.#distances = this.registerBuffer(
      "relative_coords_table",
      logDistances(window, trainedWindow),
      { persistent: false },
    );
    this.positionMlp = this.registerModule(
      "cpb_mlp",
      new nn.Sequential(
        new nn.Linear(2, 512),
        new nn.ReLU(),
        new nn.Linear(512, heads, { bias: false }),
      ),
    );
  }

  /** Queries and values have biases, keys have none. @ignore */
  protected override project(tokens: Tensor): Tensor {
    const bias = torch.cat([this.#queryBias, this.#keyBias, this.#valueBias]);
    return torch.linear(tokens, this.qkv.weight, bias);
  }

  /** Biases from 0 to 16. @ignore */
  protected override table(): Tensor {
    return this.positionMlp.forward(this.#distances).sigmoid().mul(16);
  }

  /** Unit vectors; queries are scaled, by at most 100. @ignore */
  protected override compared(q: Tensor, k: Tensor): { q: Tensor; k: Tensor; scale: number } {
    const scale = this.logitScale.clampMax(Math.log(100)).exp();
    return {
      q: nn.functional.normalize(q, { dim: -1 }).mul(scale),
      k: nn.functional.normalize(k, { dim: -1 }),
      scale: 1,
    };
  }
}
