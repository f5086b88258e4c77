/**
 * Projections that keep lengths and angles.
 *
 * @module
 */

import { checkPositive } from "../base/check_whole.ts";
import { linear } from "../nn/functional/linear.ts";
import { Module } from "../nn/module.ts";
import { noGrad } from "../torch/backward.ts";
import { randn, zeros } from "../torch/creation.ts";
import { linalgHouseholderProduct, linalgQr } from "../torch/operators.gen.ts";
import { scope } from "../torch/scope.ts";
import type { Tensor } from "../torch/tensor.ts";
import { inFullPrecision } from "./full_precision.ts";

/**
 * A trained linear map of features (B, inputDim) to (B, outputDim) without a bias, whose matrix always has orthonormal columns, or
 * rows where the output is narrower: the projector of VkD (Miles et al. 2024, arXiv 2403.06213).
 *
 * It is parametrized as `torch.nn.utils.parametrizations.orthogonal` does, which the official code uses: a random orthogonal
 * matrix, `base`, times one that begins as the identity, made from the entries of `weight` below the diagonal. That is the
 * exponential of a skew-symmetric matrix where both widths are equal, and a product of Householder reflections otherwise.
 * With a `weight` of 0 the matrix is a part of `base`.
 *
 * @example
 * ```ts
 * import { distill, torch } from "@apprentice/distill";
 *
 * using projection = new distill.OrthogonalProjection(64, 384);
 * projection.forward(torch.rand([8, 64])).shape; // [8, 384], each row as long as before
 * ```
 */
export class OrthogonalProjection extends Module {
  /** What is trained (outputDim, inputDim); only the part below the diagonal of the taller of it and its transpose counts. */
  readonly weight: Tensor;
  /** The orthogonal matrix that it begins with, square, of the larger width. */
  readonly base: Tensor;
  readonly #isWide: boolean;

  /**
   * Draws the matrix that it begins with.
   *
   * @throws {ArgumentError} if a width is not a whole number of at least 1.
   */
  constructor(inputDim: number, outputDim: number) {
    super();
    checkPositive(inputDim, "A projection's input width");
    checkPositive(outputDim, "A projection's output width");
    this.#isWide = inputDim > outputDim;
    this.weight = this.registerParameter("weight", zeros([outputDim, inputDim]));
    this.base = this.registerBuffer("base", randomOrthogonal(Math.max(inputDim, outputDim)));
  }

  /** The matrix (outputDim, inputDim), with its graph. */
  matrix(): Tensor {
    return scope(() =>
      inFullPrecision(this.weight.device, () => {
        const tall = this.#isWide ? this.weight.transpose(0, 1) : this.weight;
        const [rows, columns] = tall.shape;
        const below = tall.tril(-1);
        const change = rows === columns
          ? below.sub(below.transpose(0, 1)).matrixExp()
          : reflections(below);
        const made = this.base.matmul(change);
        return this.#isWide ? made.transpose(0, 1) : made;
      })
    );
  }

  /** (B, inputDim) to (B, outputDim). */
  override forward(features: Tensor): Tensor {
    return scope(() => linear(features, this.matrix()));
  }
}

/** The first columns of a product of Householder reflections, one for each column of `below`; the identity's for zeros. */
function reflections(below: Tensor): Tensor {
  // Each vector has a 1 on the diagonal, which is not stored; all reflections of axes together are minus the identity.
  const scales = below.square().sum(0).add(1).reciprocal().mul(2);
  return linalgHouseholderProduct(below, scales).neg();
}

/** A random orthogonal matrix, all equally likely (Mezzadri, How to generate random matrices, 2007). */
function randomOrthogonal(size: number): Tensor {
  return noGrad(() =>
    scope(() => {
      const [q, r] = linalgQr(randn([size, size]));
      return q.mul(r.diagonal().sign()).contiguous();
    })
  );
}
