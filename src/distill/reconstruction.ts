/**
 * Reconstruction of UNIFORM.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { scope } from "../torch/scope.ts";
import type { Tensor } from "../torch/tensor.ts";
import { checkLike, checkMatrix, naming } from "./checks.ts";
import { reconstructionLengths } from "./reconstruction_lengths.ts";
import { bothUpcast } from "./upcast.ts";

/** Options of {@linkcode reconstructionLoss}. */
export interface ReconstructionOptions {
  /** The teachers' sum, as in the paper (the default), or their mean. */
  form?: "sum" | "mean";
}

/**
 * Reconstruction of UNIFORM (arXiv 2508.19498, step 1):
 *
 *     l_rec = Σᵢ mean_b || fᵢᵈ(fᵢᵉ(xᵢᵗ)) - xᵢᵗ ||₂
 *
 * The norm is not squared; it is taken per image. Where nothing is left to reconstruct, its gradient is 0.
 *
 * @param decoded What each teacher's decoder made of its encoded features: N tensors (B, Dᵢ).
 * @param original The teachers' features themselves, in the same order.
 * @returns A tensor of one element.
 * @throws {ArgumentError} if there is no teacher, or the lists differ in length.
 * @throws {ShapeError}, {DTypeError}, {DeviceError} if a pair does not fit together.
 *
 * @example
 * ```ts
 * import { distill, torch } from "@apprentice/distill";
 *
 * const original = [torch.tensor([[3, 4], [0, 0]])];
 * distill.reconstructionLoss([torch.zeros([2, 2])], original).item(); // (5 + 0) / 2
 * ```
 */
export function reconstructionLoss(
  decoded: readonly Tensor[],
  original: readonly Tensor[],
  options: ReconstructionOptions = {},
): Tensor {
  if (!Array.isArray(decoded) || !Array.isArray(original) || decoded.length !== original.length) {
    throw new ArgumentError(
      `Each teacher's decoded features need its original ones: got ${decoded?.length} and ${original?.length}.`,
    );
  }
  if (decoded.length === 0) {
    throw new ArgumentError("No teacher's features were given, so that nothing is reconstructed.");
  }
  const decodedName = naming("decoded features");
  const originalName = naming("original features");
  return scope(() => {
    const lengths = decoded.map((part, i) => {
      checkMatrix(part, decodedName(i));
      const [a, b] = bothUpcast(part, original[i]);
      checkLike(a, decodedName(i), b, originalName(i));
      return reconstructionLengths(a, b);
    });
    const sum = lengths.reduce((sum, length) => sum.add(length)).mean();
    return options.form === "mean" ? sum.div(decoded.length) : sum;
  });
}
