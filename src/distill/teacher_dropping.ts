/**
 * Which teachers an image is taught by.
 *
 * @module
 */

import { ArgumentError, ShapeError } from "../base/errors.ts";
import { sharers } from "../nn/sharers.ts";
import { noGrad } from "../torch/backward.ts";
import { rand } from "../torch/creation.ts";
import { scope } from "../torch/scope.ts";
import type { Tensor } from "../torch/tensor.ts";
import { meanOver } from "./processes.ts";

/** Options of {@linkcode dropTeachers}. */
export interface DroppingOptions {
  /** The probability with which a teacher is dropped from an image; 0.5 by default. */
  probability?: number;
  /** Numbers from 0 to below 1 (n, B), one for each loss; random ones by default, of torch's generator. */
  draws?: Tensor;
}

/**
 * The weights of losses when teachers are dropped as UNIC does it (Sariyildiz et al. 2024, arXiv 2408.05088):
 * from each image every teacher is dropped with a probability, but for the one whose loss is largest. So those who are far
 * from being matched are not drowned by those who are matched already. The weights of all that stay are equal and sum to 1 over the
 * batch: an image that kept more teachers weighs more, as in the published code. Where processes share a batch the
 * weights are such that the mean of their losses is that of the batch.
 *
 * @param losses What each of n teachers' loss is on each image (n, B).
 * @returns Weights (n, B), without a graph; the loss is the sum of the products.
 * @throws {ShapeError} if the losses are no matrix, or the draws have another shape.
 * @throws {ArgumentError} if the probability is not from 0 to 1.
 *
 * @example
 * ```ts
 * import { distill, torch } from "@apprentice/distill";
 *
 * const losses = torch.tensor([[3, 1], [2, 5]]);
 * const draws = torch.tensor([[0.1, 0.9], [0.2, 0.3]]);
 * distill.dropTeachers(losses, { draws }).mul(3).toArray(); // [[1, 1], [0, 1]]
 * ```
 */
export function dropTeachers(losses: Tensor, options: DroppingOptions = {}): Tensor {
  const { probability = 0.5, draws } = options;
  if (!(probability >= 0 && probability <= 1)) {
    throw new ArgumentError(
      `The probability of dropping a teacher is a number from 0 to 1, got ${probability}.`,
    );
  }
  const { shape, dtype, device } = losses;
  if (shape.length !== 2 || shape.includes(0)) {
    throw new ShapeError(
      `Losses of n teachers on B images (n, B) are needed, got shape [${shape.join(", ")}].`,
    );
  }
  if (draws !== undefined && draws.shape.join() !== shape.join()) {
    throw new ShapeError(
      `One draw for each loss is needed, (${shape.join(", ")}); got shape [${
        draws.shape.join(", ")
      }].`,
    );
  }
  return noGrad(() =>
    scope(() => {
      const numbers = draws ?? rand(shape, { device });
      const stays = numbers.ge(probability).to(dtype);
      const worst = losses.argmax(0, true);
      stays.scatter_(0, worst, 1);
      const [kept, group] = [stays.sum(), sharers() ?? null];
      return stays.div_(group === null ? kept : meanOver(kept, group));
    })
  );
}
