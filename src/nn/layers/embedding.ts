/**
 * A table of vectors.
 *
 * @module
 */

import { ArgumentError } from "../../errors.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { embedding, type EmbeddingOptions } from "../functional/layers.ts";
import * as init from "../init.ts";
import { Module } from "../module.ts";
import { checkSize } from "./options.ts";

/**
 * A table of vectors, looked up by index. Drawn from the standard normal distribution.
 *
 * Shapes: integers (*) to (*, embeddingDim). Keys: `weight` (numEmbeddings, embeddingDim).
 */
export class Embedding extends Module {
  /** The number of vectors. */
  readonly numEmbeddings: number;
  /** The size of a vector. */
  readonly embeddingDim: number;
  /** The vectors, (numEmbeddings, embeddingDim). */
  readonly weight: Tensor;
  readonly #options: EmbeddingOptions;

  /**
   * `paddingIdx` is the index whose vector is zero and stays so.
   *
   * @throws {ArgumentError} if a size cannot be used.
   */
  constructor(
    numEmbeddings: number,
    embeddingDim: number,
    options: { paddingIdx?: number } = {},
  ) {
    super();
    checkSize("Embedding", "numEmbeddings", numEmbeddings);
    checkSize("Embedding", "embeddingDim", embeddingDim);
    const padding = options.paddingIdx;
    if (padding !== undefined && !(padding >= 0 && padding < numEmbeddings)) {
      throw new ArgumentError(
        `Embedding: paddingIdx must be from 0 to ${numEmbeddings - 1}, got ${padding}.`,
      );
    }
    this.numEmbeddings = numEmbeddings;
    this.embeddingDim = embeddingDim;
    this.#options = { paddingIdx: padding };
    this.weight = this.registerParameter("weight", torch.empty([numEmbeddings, embeddingDim]));
    init.normal_(this.weight);
    if (padding !== undefined) {
      torch.scope(() => torch.noGrad(() => void this.weight.select(0, padding).zero_()));
    }
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
    return `${this.numEmbeddings}, ${this.embeddingDim}`;
  }
}
