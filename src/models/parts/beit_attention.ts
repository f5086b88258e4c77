/**
 * Self-attention with relative positions and a class token.
 *
 * @module
 */

import { ShapeError } from "../../base/errors.ts";
import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { fitBiasTable } from "./fit_bias_table.ts";
import { checkHeads } from "./self_attention.ts";
import { relativePositions } from "./relative_positions.ts";

/** The rows of a table of biases that are of the class token: to the patches, from them, to itself. */
const CLASS_TOKEN_ROWS = 3;

/** For every two tokens, class token first, the row of the bias table: ((1 + side²)²), row by row. */
export function relativePositionsWithToken(side: number): BigInt64Array<ArrayBuffer> {
  const patches = side * side;
  const count = 1 + patches;
  const rows = (2 * side - 1) ** 2;
  const between = relativePositions(side);
  const index = new BigInt64Array(count * count).fill(BigInt(rows), 0, count);
  index[0] = BigInt(rows + 2);
  for (let from = 0; from < patches; from++) {
    const at = (from + 1) * count;
    index[at] = BigInt(rows + 1);
    index.set(between.subarray(from * patches, (from + 1) * patches), at + 1);
  }
  return index;
}

/**
 * A table of biases for a grid of `side` rows and columns of patches: those of patches are fitted by
 * {@linkcode fitBiasTable}, those of the class token stay as they are.
 *
 * @throws {ShapeError} if the table is not of a square grid of patches and a class token.
 */
export function fitTableWithToken(table: Tensor, side: number): Tensor {
  const rows = table.ndim === 2 ? table.size(0) - CLASS_TOKEN_ROWS : 0;
  if (rows < 1 || Math.sqrt(rows) % 2 !== 1) {
    throw new ShapeError(
      `a table of relative positions [${
        table.shape.join(", ")
      }] is not of a square grid of patches and ` +
        `${CLASS_TOKEN_ROWS} rows of a class token.`,
    );
  }
  return torch.noGrad(() =>
    torch.scope(() => {
      const fitted = fitBiasTable(table.narrow(0, 0, rows), side);
      return torch.cat([fitted, table.narrow(0, rows, CLASS_TOKEN_ROWS)]);
    })
  );
}

/**
 * Self-attention with a learned bias for every relative position, in which keys have no bias (Bao et al., BEiT, 2022,
 * section 2.5). Keys as timm's: `qkv` (3D, D), `q_bias`, `v_bias` (D), `relative_position_bias_table`
 * ((2 side - 1)² + 3, heads), `proj` (D, D).
 */
export class BeitAttention extends nn.Module {
  /** The number of heads. */
  readonly heads: number;
  /** From tokens to queries, keys and values. */
  readonly qkv: nn.Linear;
  /** What is added to the scores for every relative position. */
  readonly biasTable: Tensor;
  /** From the joined heads to tokens. */
  readonly proj: nn.Linear;
  readonly #qBias: Tensor;
  readonly #vBias: Tensor;
  readonly #index: Tensor;
  readonly #dim: number;

  /** Splits tokens of width `dim` over heads; `index` has for every two of `side`² patches and a token a row of the table. */
  constructor(dim: number, heads: number, side: number, index: Tensor) {
    super();
    checkHeads("BeitAttention", dim, heads);
    this.heads = heads;
    this.#dim = dim;
    this.#index = index;
    this.#qBias = this.registerParameter("q_bias", torch.zeros([dim]));
    this.#vBias = this.registerParameter("v_bias", torch.zeros([dim]));
    const rows = (2 * side - 1) ** 2 + CLASS_TOKEN_ROWS;
    this.biasTable = this.registerParameter(
      "relative_position_bias_table",
      torch.zeros([rows, heads]),
    );
    this.qkv = new nn.Linear(dim, 3 * dim, { bias: false });
    this.proj = new nn.Linear(dim, dim);
  }

  /** Shapes: (B, N, D) to its own. */
  override forward(tokens: Tensor): Tensor {
    const [batch, length] = tokens.shape;
    const biases = torch.cat([this.#qBias, torch.zerosLike(this.#qBias), this.#vBias]);
    const [q, k, v] = torch.linear(tokens, this.qkv.weight, biases)
      .reshape(batch, length, 3, this.heads, this.#dim / this.heads)
      .permute(2, 0, 3, 1, 4).unbind(0);
    const mixed = this.#attend(q, k, v, this.#bias(length));
    return this.proj.forward(mixed.transpose(1, 2).reshape(batch, length, this.#dim));
  }

  /** All of (B, heads, N, D / heads); the bias (1, heads, N, N). */
  #attend(q: Tensor, k: Tensor, v: Tensor, bias: Tensor): Tensor {
    if (!bias.requiresGrad) return torch.scaledDotProductAttention(q, k, v, bias);
    // The fused operator does not take a bias that is trained, and what it does instead is slower than this.
    const scores = q.mul((this.#dim / this.heads) ** -0.5).matmul(k.mT);
    return scores.add_(bias).softmax(-1).matmul(v);
  }

  #bias(length: number): Tensor {
    return this.biasTable.indexSelect(0, this.#index)
      .reshape(length, length, this.heads).permute(2, 0, 1).unsqueeze(0);
  }
}
