/**
 * A table of vectors.
 *
 * @module
 */

import { ShapeError } from "../../base/errors.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { embedding, type EmbeddingOptions } from "../functional/embedding.ts";
import { paddingRow } from "../functional/padding_row.ts";
import * as init from "../init.ts";
import { Module } from "../module.ts";
import { checkKnown, checkNumber, checkSize, checkWeight } from "../options.ts";

/** What no embedding here has. */
const absent = { sparse: "gradients are always dense" };

/**
 * A table of vectors, looked up by index. Drawn from the standard normal distribution.
 *
 * Shapes: integers (*) to (*, embeddingDim). Keys: `weight` (numEmbeddings, embeddingDim).
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * using words = new nn.Embedding(10, 4, { paddingIdx: -1 });
 * words.forward(torch.tensor([3, 9], { dtype: "int64" })).shape; // [2, 4]; the second is all zeros
 * ```
 */
export class Embedding extends Module {
  /** The number of vectors. */
  readonly numEmbeddings: number;
  /** The size of a vector. */
  readonly embeddingDim: number;
  /** The index whose vector is zero and stays so, from 0 on; null if there is none. */
  readonly paddingIdx: number | null;
  /** The vectors, (numEmbeddings, embeddingDim). */
  readonly weight: Tensor;
  readonly #options: EmbeddingOptions;

  /**
   * `paddingIdx` is the index whose vector is zero and stays so; a negative one counts from the end.
   *
   * @throws {ArgumentError} if a size or option cannot be used, or the table does not fit this machine.
   */
  constructor(numEmbeddings: number, embeddingDim: number, options: EmbeddingOptions = {}) {
    super();
    checkSize("Embedding", "numEmbeddings", numEmbeddings);
    checkSize("Embedding", "embeddingDim", embeddingDim);
    const known = ["paddingIdx", "maxNorm", "normType", "scaleGradByFreq", "checkIndices"];
    checkKnown("Embedding", options, known, absent);
    const padding = paddingRow("Embedding", options.paddingIdx, numEmbeddings);
    if (typeof options.maxNorm === "number") {
      checkNumber("Embedding", "maxNorm", options.maxNorm, 0);
    }
    checkNumber("Embedding", "normType", options.normType ?? 2, 0);
    const shape = checkWeight("Embedding", [numEmbeddings, embeddingDim]);
    this.numEmbeddings = numEmbeddings;
    this.embeddingDim = embeddingDim;
    this.paddingIdx = padding ?? null;
    this.#options = { ...options, paddingIdx: padding };
    this.weight = this.registerParameter("weight", torch.empty(shape));
    init.normal_(this.weight);
    if (padding !== undefined) {
      torch.scope(() => torch.noGrad(() => void this.weight.select(0, padding).zero_()));
    }
  }

  /**
   * An embedding of given vectors (numEmbeddings, embeddingDim), which are copied. It is not trained, unless
   * `freeze` is false.
   *
   * @throws {ShapeError} if the vectors are not a matrix.
   * @throws {ArgumentError} if an option cannot be used.
   */
  static fromPretrained(
    vectors: Tensor,
    options: EmbeddingOptions & { freeze?: boolean } = {},
  ): Embedding {
    const shape = vectors.shape;
    if (shape.length !== 2) {
      throw new ShapeError(
        `Embedding.fromPretrained takes vectors (N, D), got [${shape.join(", ")}].`,
      );
    }
    const { freeze = true, ...rest } = options;
    const table = init.skipped(() => new Embedding(shape[0], shape[1], rest));
    table.to({ device: vectors.device, dtype: vectors.dtype });
    torch.noGrad(() => table.weight.copy_(vectors));
    table.weight.requiresGrad = !freeze;
    return table;
  }

  /**
   * Shapes: integers (*) to (*, embeddingDim).
   *
   * @throws {IndexError} if an index is out of range; names it and its place.
   */
  override forward(indices: Tensor): Tensor {
    return embedding(indices, this.weight, this.#options);
  }

  /** The sizes. */
  protected override describe(): string {
    const padding = this.paddingIdx === null ? "" : `, paddingIdx: ${this.paddingIdx}`;
    return `${this.numEmbeddings}, ${this.embeddingDim}${padding}`;
  }
}
