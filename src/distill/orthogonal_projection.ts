/**
 * Projections that keep lengths and angles.
 *
 * @module
 */

import { checkPositive } from "../base/check_whole.ts";
import { linear } from "../nn/functional/linear.ts";
import { Module } from "../nn/module.ts";
import { noGrad } from "../torch/backward.ts";
import { eye, randn, zeros } from "../torch/creation.ts";
import { linalgQr, linalgSolveTriangular } from "../torch/operators.gen.ts";
import { scope } from "../torch/scope.ts";
import type { Tensor } from "../torch/tensor.ts";
import { inFullPrecision } from "../torch/full_precision.ts";

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

/**
 * The first columns of a product of Householder reflections, one for each column of `below`; the identity's for zeros.
 *
 * The vectors V have a 1 on the diagonal. Their product is I - V T Vᵀ with a triangular T, whose inverse is the upper part of
 * VᵀV with half its diagonal (Joffrain et al., Accumulating Householder transformations, revisited, 2006): a few products of
 * matrices, where libtorch's own operator goes through the reflections one by one for the gradients.
 */
function reflections(below: Tensor): Tensor {
  const [rows, columns] = below.shape;
  const { dtype, device } = below;
  const start = eye(rows, columns, { dtype, device });
  const vectors = below.add(start);
  const products = vectors.transpose(0, 1).matmul(vectors);
  const inverse = products.triu().sub(products.diagonal().div(2).diag());
  const top = vectors.narrow(0, 0, columns).transpose(0, 1);
  // All reflections of axes together are minus the identity.
  return vectors.matmul(linalgSolveTriangular(inverse, top, { upper: true })).sub(start);
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
